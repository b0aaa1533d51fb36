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
 * One boot of a stock guest in QEMU on the vhost-user socket of a disk or a NIC, by the script
 * {@code integration-tests/guest/boot}. Call {@link #prepare} in {@code @BeforeAll}: the first
 * time, the guest has to be built.
 */
public final class GuestBoot {
    private static final Path SCRIPTS = SourceTree.root().resolve("integration-tests/guest");

    // Limit: several times what a boot takes here; a guest that hangs shows its console.
    private static final int BOOT_SECONDS = 80;

    // Limit: a guest that a whole class of tests talks to is ended after so long.
    private static final int RUN_SECONDS = 300;

    private final List<String> prefix = new ArrayList<>();
    private final List<String> options = new ArrayList<>();

    private GuestBoot(String option, String... devices) {
        for (String device : devices) {
            options.addAll(List.of(option, device));
        }
        options.addAll(List.of("--timeout", Integer.toString(BOOT_SECONDS)));
    }

    /**
     * Runs QEMU elsewhere.
     *
     * @param words words before a command that make it run there
     */
    public GuestBoot inside(List<String> words) {
        prefix.addAll(words);
        return this;
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

    /** The guest has a disk at this socket. */
    public static GuestBoot on(Path socket) {
        return new GuestBoot("--socket", socket.toString());
    }

    /** The guest has a NIC at this socket. */
    public static GuestBoot onNic(Path socket) {
        return new GuestBoot("--nic", socket.toString());
    }

    /**
     * The guest has several NICs.
     *
     * @param nics their sockets, each with properties such as {@code ,mac=52:54:00:00:00:01}
     */
    public static GuestBoot onNics(String... nics) {
        return new GuestBoot("--nic", nics);
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

    /** Lets iPXE boot from the NIC; what it finds there runs the scenario. */
    public GuestReport fromNic(String scenario) throws IOException, InterruptedException {
        return boot("--from-nic", "--scenario", scenario);
    }

    /**
     * Boots Debian's kernel and returns when the guest takes commands.
     *
     * @param name a socket of this name is made in the folder
     */
    public RunningGuest start(Path folder, String name) throws IOException {
        Path socket = folder.resolve(name + ".shell");
        options.addAll(List.of("--timeout", Integer.toString(RUN_SECONDS), "--quiet"));
        return new RunningGuest(
                command("--scenario", "shell", "--shell", socket.toString()), socket);
    }

    private GuestReport boot(String... what) throws IOException, InterruptedException {
        return run(command(what));
    }

    private List<String> command(String... what) {
        List<String> command = new ArrayList<>(prefix);
        command.add(SCRIPTS.resolve("boot").toString());
        command.addAll(options);
        command.addAll(List.of(what));
        return command;
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
