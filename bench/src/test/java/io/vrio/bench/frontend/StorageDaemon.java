// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A qemu-storage-daemon that serves an empty disk, for as long as a test runs. */
public final class StorageDaemon implements AutoCloseable {
    public static final int DISK_LENGTH = 8 << 20;

    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Path socket;
    private final Process process;

    private StorageDaemon(Path socket, Process process) {
        this.socket = socket;
        this.process = process;
    }

    /** Skips the test where the program is not installed. */
    public static StorageDaemon start(Path folder) throws IOException {
        Path program = Path.of("/usr/bin/qemu-storage-daemon");
        assumeTrue(Files.isExecutable(program), "qemu-storage-daemon is not installed");
        Path disk = folder.resolve("disk");
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(DISK_LENGTH);
        }
        Path socket = folder.resolve("d.sock");
        Path ready = folder.resolve("pid");
        Process process =
                new ProcessBuilder(
                                program.toString(),
                                "--blockdev=driver=file,node-name=d,filename=" + disk,
                                "--export=type=vhost-user-blk,id=e,node-name=d,writable=on,"
                                        + "num-queues=2,addr.type=unix,addr.path="
                                        + socket,
                                "--pidfile=" + ready)
                        .inheritIO()
                        .start();
        long deadlineNs = System.nanoTime() + TIMEOUT_NS;
        while (!Files.exists(ready)) {
            assertTrue(process.isAlive(), "qemu-storage-daemon has ended");
            assertTrue(deadlineNs - System.nanoTime() > 0, "the daemon is not ready in 10 s");
            LockSupport.parkNanos(POLL_NS);
        }
        return new StorageDaemon(socket, process);
    }

    public Path socket() {
        return socket;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            assertTrue(process.waitFor(10, TimeUnit.SECONDS), "the daemon does not end");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
