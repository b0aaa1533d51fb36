// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.common.state.StateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells this run of the host's kernel from others: neither domains nor guests outlive it. */
final class BootId {
    private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

    private BootId() {}

    static String read() throws StateException {
        try {
            return Files.readString(FILE).strip();
        } catch (IOException e) {
            throw new StateException(FILE + " cannot be read: " + e, e);
        }
    }
}
