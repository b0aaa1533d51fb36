// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The current run of this host's kernel: its page cache is lost with it. */
final class HostBoot {
    private static final Path ID = Path.of("/proc/sys/kernel/random/boot_id");

    private HostBoot() {}

    static String id() {
        try {
            return Files.readString(ID).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("every Linux has " + ID, e);
        }
    }
}
