// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vrio.it.Await;
import io.vrio.it.Requires;
import io.vrio.it.qemu.GuestBoot;
import io.vrio.it.root.CommandOutcome;
import io.vrio.it.root.Namespace;
import io.vrio.it.tidy.SourceTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real libvirtd of a test's own, by the script {@code integration-tests/libvirt/serve}: in the
 * network namespace of a VM host and in a mount namespace with a private /etc, /run and
 * /var/lib/libvirt. Our hook is installed. It ends with all its guests when it is closed, and also
 * when the process of the test is killed.
 */
public final class Libvirtd implements AutoCloseable {
    /** Where the server's sockets are, as seen on the VM host. */
    public static final Path SOCKETS = Path.of("/run/vrio");

    /** For what connects by itself; in {@code virsh} it is the default. */
    private static final String SOCKET = "/run/libvirt/libvirt-sock";

    private static final String PID_FILE = "/run/libvirtd.pid";

    private static final Path SCRIPT = SourceTree.root().resolve("integration-tests/libvirt/serve");
    private static final Path GUEST = SourceTree.root().resolve("target/guest");
    private static final long STOP_SECONDS = 30;

    private final Process process;

    private Libvirtd(Process process) {
        this.process = process;
    }

    /** Builds the guest unless it is there; skips the test where libvirtd cannot run. */
    public static void prepare() throws IOException, InterruptedException {
        Requires.root();
        Requires.program("ip");
        assumeTrue(
                Files.isExecutable(Path.of("/usr/sbin/libvirtd")),
                "needs the package libvirt-daemon-system (tools/install-packages test)");
        GuestBoot.prepare();
    }

    /** Starts it; {@code virsh} works when this returns. What it prints goes to the file. */
    public static Libvirtd start(Namespace vmHost, Path log) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", vmHost.name()));
        command.addAll(List.of("unshare", "--mount", "--propagation", "slave", SCRIPT.toString()));
        command.add(GUEST.resolve("vmlinuz").toString());
        command.add(GUEST.resolve("initramfs").toString());
        Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        Libvirtd libvirtd = new Libvirtd(process);
        try {
            libvirtd.awaitReady(log);
        } catch (IOException | RuntimeException | Error e) {
            libvirtd.close();
            throw e;
        }
        return libvirtd;
    }

    /** The script ends by itself when libvirtd does not get ready. */
    private void awaitReady(Path log) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.equals("ready")) {
                return;
            }
        }
        throw new AssertionError("libvirtd does not start: " + Files.readString(log));
    }

    /** What a command starts with that runs on the VM host, with its files and its network. */
    public List<String> enter() {
        return List.of("nsenter", "--target", "" + process.pid(), "--mount", "--net");
    }

    /** Runs a program on the VM host to its end. */
    public CommandOutcome run(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(enter());
        all.addAll(List.of(command));
        return CommandOutcome.of(all);
    }

    /** Runs virsh on the VM host to its end. */
    public CommandOutcome virsh(String... words) throws IOException, InterruptedException {
        String[] command = new String[words.length + 2];
        command[0] = "virsh";
        command[1] = "--quiet";
        System.arraycopy(words, 0, command, 2, words.length);
        return run(command);
    }

    /** The URI at which this process, outside the VM host's namespaces, reaches libvirtd. */
    public String uri() {
        return "qemu+unix:///system?socket=" + outside(SOCKET);
    }

    /** A file of the VM host, named as this process sees it; also for sockets. */
    public Path outside(String path) {
        return Path.of("/proc/" + process.pid() + "/root" + path);
    }

    /** As the operator of the machine restarts it; guests run on. */
    public void restart() throws Exception {
        String former = pid();
        ProcessHandle.of(Long.parseLong(former)).orElseThrow().destroy();
        Await.until("libvirtd is back", () -> !pid().equals(former) && isAnswering());
    }

    /** Its own process, another one after a restart; empty between the two. */
    private String pid() throws IOException {
        Path file = outside(PID_FILE);
        return Files.exists(file) ? Files.readString(file).strip() : "";
    }

    private boolean isAnswering() throws IOException, InterruptedException {
        return virsh("version").exitStatus() == 0;
    }

    /** What libvirtd and the QEMU of this guest had to say, for messages of failures. */
    public String logs(String domain) {
        StringBuilder all = new StringBuilder();
        for (String name : List.of("libvirtd.log", "qemu/" + domain + ".log")) {
            try {
                all.append(Files.readString(outside("/var/log/libvirt/" + name)));
            } catch (IOException e) {
                all.append("no log: ").append(e.getMessage()).append('\n');
            }
        }
        return all.toString();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
