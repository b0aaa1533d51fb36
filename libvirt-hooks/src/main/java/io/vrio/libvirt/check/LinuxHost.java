// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * This machine, read anew for each question but for the versions of programs; nothing is changed.
 * One thread, for one check.
 */
public final class LinuxHost implements Host {
    private static final int FILE_TYPE = 0xF000;
    private static final int SOCKET_TYPE = 0xC000;
    private static final int FOLDER_TYPE = 0x4000;
    private static final int PERMISSIONS = 0xFFF;

    private final Path root;
    private final Optional<RunningServer> server;
    private final Map<Path, Optional<Integer>> versions = new HashMap<>();

    /**
     * @param root where etc, proc and sys are: the root folder, but for tests
     * @param server when it answers
     */
    public LinuxHost(Path root, Optional<RunningServer> server) {
        this.root = root;
        this.server = server;
    }

    @Override
    public Optional<PathFacts> path(Path path) {
        try {
            Map<String, Object> status = Files.readAttributes(path, "unix:mode,uid,gid");
            int mode = (Integer) status.get("mode");
            PathFacts.Kind kind =
                    switch (mode & FILE_TYPE) {
                        case SOCKET_TYPE -> PathFacts.Kind.SOCKET;
                        case FOLDER_TYPE -> PathFacts.Kind.FOLDER;
                        default -> PathFacts.Kind.OTHER;
                    };
            int user = (Integer) status.get("uid");
            return Optional.of(
                    new PathFacts(kind, mode & PERMISSIONS, user, (Integer) status.get("gid")));
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }

    @Override
    public Listening listening(Path socket) {
        if (new UnixSockets(text("proc/net/unix")).isListening(socket)) {
            return Listening.YES;
        }
        // Of other network namespaces the list says nothing. Without waiting, whatever comes.
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            return probe.connect(UnixDomainSocketAddress.of(socket))
                    ? Listening.YES
                    : Listening.UNKNOWN;
        } catch (ConnectException refused) {
            return Listening.NO;
        } catch (IOException e) {
            // No permission, or its queue is full.
            return Listening.UNKNOWN;
        }
    }

    @Override
    public boolean isConnected(Path socket) {
        return new UnixSockets(text("proc/net/unix")).isConnected(socket);
    }

    /** From its command line: {@code -name guest=vm1,debug-threads=on}. */
    @Override
    public Optional<String> guest(long process) {
        List<String> words = List.of(text("proc/" + process + "/cmdline").split("\0"));
        int name = words.indexOf("-name") + 1;
        return name > 0 && name < words.size() && words.get(name).startsWith("guest=")
                ? Optional.of(words.get(name).substring("guest=".length()).split(",")[0])
                : Optional.empty();
    }

    @Override
    public Optional<Account> qemuAccount() {
        Path file = root.resolve("etc/libvirt/qemu.conf");
        boolean isHidden = Files.exists(file) && !Files.isReadable(file);
        return isHidden ? Optional.empty() : configuration().account();
    }

    private QemuConfiguration configuration() {
        return new QemuConfiguration(
                text("etc/libvirt/qemu.conf"), text("etc/passwd"), text("etc/group"));
    }

    @Override
    public Optional<Integer> qemuVersion(String emulator) {
        Path program =
                emulator.isEmpty()
                        ? Path.of("/usr/bin/qemu-system-" + architecture())
                        : Subject.path(emulator);
        return versions.computeIfAbsent(program, QemuProgram::version);
    }

    /** As QEMU calls it. */
    private static String architecture() {
        String byJava = System.getProperty("os.arch");
        return byJava.equals("amd64") ? "x86_64" : byJava;
    }

    @Override
    public boolean isQemuConfinedByAppArmor() {
        return text("sys/module/apparmor/parameters/enabled").startsWith("Y")
                && !configuration().isUnconfined();
    }

    @Override
    public String appArmorRules() {
        return text("etc/apparmor.d/local/abstractions/libvirt-qemu");
    }

    @Override
    public boolean hasHook() {
        return Files.isExecutable(root.resolve("etc/libvirt/hooks/qemu.d/50-vrio"));
    }

    @Override
    public Optional<RunningServer> server() {
        return server;
    }

    /** Empty when it is not there or not for us; what follows from that is the caller's. */
    private String text(String file) {
        try {
            return Files.readString(root.resolve(file), StandardCharsets.ISO_8859_1);
        } catch (IOException notThere) {
            return "";
        }
    }
}
