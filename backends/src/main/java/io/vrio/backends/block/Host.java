// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which machine this is, and which run of its kernel. */
public final class Host {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path MACHINE_ID = Path.of("/etc/machine-id");
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private Host() {}

    /** Another one after each boot: what was only in the page cache is gone then. */
    public static String bootId() {
        return read(BOOT_ID);
    }

    /** The same as long as this machine is installed; its name where it has no id. */
    public static String machineId() {
        String id = Files.isReadable(MACHINE_ID) ? read(MACHINE_ID) : "";
        return id.isEmpty() ? read(HOST_NAME) : id;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
