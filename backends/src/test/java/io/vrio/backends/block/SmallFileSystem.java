// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file system of a few MiB that is mounted for one test. Needs root. */
final class SmallFileSystem implements AutoCloseable {
    private final Path folder;
    private final Path image;

    private SmallFileSystem(Path folder, Path image) {
        this.folder = folder;
        this.image = image;
    }

    static SmallFileSystem tmpfs(String size) throws IOException {
        Path folder = Files.createTempDirectory("vrio-tmpfs");
        mount(folder, List.of("-t", "tmpfs", "-o", "size=" + size, "vrio-test"));
        return new SmallFileSystem(folder, null);
    }

    static SmallFileSystem ext4(long length) throws IOException {
        Path folder = Files.createTempDirectory("vrio-ext4");
        Path image = Files.createTempFile("vrio-ext4", ".img");
        run(List.of("truncate", "-s", Long.toString(length), image.toString()));
        run(List.of("mkfs.ext4", "-q", "-m", "0", image.toString()));
        mount(folder, List.of("-o", "loop", image.toString()));
        return new SmallFileSystem(folder, image);
    }

    private static void mount(Path folder, List<String> what) throws IOException {
        List<String> command = new ArrayList<>(what);
        command.add(0, "mount");
        command.add(folder.toString());
        String problem = run(command);
        if (!problem.isEmpty()) {
            Files.delete(folder);
        }
        assumeTrue(problem.isEmpty(), "cannot mount: " + problem);
    }

    /** What the program said when it failed; empty when it did well. */
    static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        byte[] output = process.getInputStream().readAllBytes();
        int status = process.onExit().join().exitValue();
        return status == 0
                ? ""
                : command + ": " + new String(output, StandardCharsets.UTF_8).strip();
    }

    Path folder() {
        return folder;
    }

    void remountReadOnly() throws IOException {
        run(List.of("mount", "-o", "remount,ro", folder.toString()));
    }

    /** The loop device under it. */
    Path device() throws IOException {
        return Path.of(Files.getFileStore(folder).name());
    }

    @Override
    public void close() throws IOException {
        String problem = run(List.of("umount", folder.toString()));
        if (!problem.isEmpty()) {
            throw new IllegalStateException(problem);
        }
        Files.delete(folder);
        if (image != null) {
            Files.delete(image);
        }
    }
}
