// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vrio.it.tidy.SourceTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One boot of a stock guest in QEMU on the vhost-user socket of a disk, by the script {@code
 * integration-tests/guest/boot}. Call {@link #prepare} in {@code @BeforeAll}: the first time, the
 * guest has to be built.
 */
public final class GuestBoot {
    private static final Path SCRIPTS = SourceTree.root().resolve("integration-tests/guest");

    // Limit: several times what a boot takes here; a guest that hangs shows its console.
    private static final int BOOT_SECONDS = 80;

    private final List<String> options = new ArrayList<>();

    private GuestBoot(Path socket) {
        options.addAll(List.of("--socket", socket.toString()));
        options.addAll(List.of("--timeout", Integer.toString(BOOT_SECONDS)));
    }

    /** Builds the guest unless it is there; skips the test where there is no QEMU. */
    public static void prepare() throws IOException, InterruptedException {
        assumeTrue(isOnPath("qemu-system-x86_64"), "needs the package qemu-system-x86");
        GuestReport built = run(List.of(SCRIPTS.resolve("build").toString()));
        assertEquals(0, built.exitStatus(), () -> String.join("\n", built.lines()));
    }

    /** Makes a disk that tests itself, for {@link #fromDisk}. */
    public static void makeSeabiosImage(Path file) throws IOException, InterruptedException {
        assumeTrue(isOnPath("as"), "needs the package binutils");
        GuestReport made =
                run(List.of(SCRIPTS.resolve("seabios-image").toString(), file.toString()));
        assertEquals(0, made.exitStatus(), () -> String.join("\n", made.lines()));
    }

    public static GuestBoot on(Path socket) {
        return new GuestBoot(socket);
    }

    /** Adds options of the script, such as {@code "--queues", "4"}. */
    public GuestBoot with(String... more) {
        options.addAll(List.of(more));
        return this;
    }

    /** Boots Debian's kernel and runs one of the scenarios; returns after power-off. */
    public GuestReport scenario(String name) throws IOException, InterruptedException {
        return boot("--scenario", name);
    }

    /** Lets SeaBIOS boot from the disk, which {@link #makeSeabiosImage} made. */
    public GuestReport fromDisk() throws IOException, InterruptedException {
        return boot("--from-disk");
    }

    private GuestReport boot(String... what) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(SCRIPTS.resolve("boot").toString());
        command.addAll(options);
        command.addAll(List.of(what));
        return run(command);
    }

    private static GuestReport run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new GuestReport(process.waitFor(), output.lines().toList());
        } finally {
            // SIGTERM: the script ends QEMU before itself.
            process.destroy();
        }
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
