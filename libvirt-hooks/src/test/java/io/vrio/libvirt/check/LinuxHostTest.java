// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder that looks like the root of a machine, with real files and sockets. */
class LinuxHostTest {
    @TempDir private Path root;

    private LinuxHost host() {
        return new LinuxHost(root, Optional.empty());
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private ServerSocketChannel listen(Path socket) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        return server;
    }

    @Test
    void shouldTellWhatIsAtAPath() throws Exception {
        Path socket = root.resolve("s");
        try (ServerSocketChannel server = listen(socket)) {
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
            Path link = Files.createSymbolicLink(root.resolve("l"), socket);

            PathFacts facts = host().path(link).orElseThrow();

            assertEquals(PathFacts.Kind.SOCKET, facts.kind());
            assertEquals(0660, facts.mode());
            assertTrue(server.isOpen());
        }
        assertEquals(PathFacts.Kind.FOLDER, host().path(root).orElseThrow().kind());
        assertEquals(Optional.empty(), host().path(root.resolve("nothing")));
    }

    @Test
    void shouldKnowWhetherSomebodyListens() throws Exception {
        Path socket = root.resolve("s");
        try (ServerSocketChannel server = listen(socket)) {
            assertEquals(Listening.YES, host().listening(socket));
            assertTrue(server.isOpen());
        }
        assertEquals(Listening.NO, host().listening(socket));
    }

    /** It is in the kernel's list, so nobody is disturbed by a connection. */
    @Test
    void shouldReadTheKernelsList() {
        UnixSockets sockets =
                new UnixSockets(
                        """
                        Num       RefCount Protocol Flags    Type St Inode Path
                        0: 00000002 00000000 00010000 0001 01 24110 /run/vrio/vm1.sock
                        1: 00000003 00000000 00000000 0001 03 25234
                        2: 00000003 00000000 00000000 0001 03 25235 /run/vrio/a b.sock
                        3: 00000002 00000000 00010000 0001 01 25236 @/run/vrio/x
                        """);

        assertTrue(sockets.isListening(Path.of("/run/vrio/vm1.sock")));
        assertFalse(sockets.isConnected(Path.of("/run/vrio/vm1.sock")));
        assertTrue(sockets.isConnected(Path.of("/run/vrio/a b.sock")));
        assertFalse(sockets.isListening(Path.of("/run/vrio/x")));
    }

    @Test
    void shouldFindTheGuestOfAProcess() throws Exception {
        write(
                "proc/7/cmdline",
                "/usr/bin/qemu-system-x86_64\0-name\0guest=vm1,debug-threads=on\0-S\0");
        write("proc/8/cmdline", "dpdk-testpmd\0-name\0");

        assertEquals(Optional.of("vm1"), host().guest(7));
        assertEquals(Optional.empty(), host().guest(8));
        assertEquals(Optional.empty(), host().guest(9));
    }

    @Test
    void shouldKnowWhetherAppArmorConfinesQemu() throws Exception {
        assertFalse(host().isQemuConfinedByAppArmor());
        write("sys/module/apparmor/parameters/enabled", "Y\n");
        assertTrue(host().isQemuConfinedByAppArmor());
        write("etc/libvirt/qemu.conf", "security_driver = \"none\"\n");
        assertFalse(host().isQemuConfinedByAppArmor());
    }

    @Test
    void shouldFindTheHook() throws Exception {
        assertFalse(host().hasHook());
        write("etc/libvirt/hooks/qemu.d/50-vrio", "#!/bin/sh\n");
        assertFalse(host().hasHook());
        Files.setPosixFilePermissions(
                root.resolve("etc/libvirt/hooks/qemu.d/50-vrio"),
                PosixFilePermissions.fromString("rwxr-xr-x"));
        assertTrue(host().hasHook());
    }

    @Test
    void shouldReadTheVersionOfQemu() {
        assertEquals(
                Optional.of(7),
                QemuProgram.version("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)\n"));
        assertEquals(Optional.of(10), QemuProgram.version("QEMU emulator version 10.0.2\n"));
        assertEquals(Optional.empty(), QemuProgram.version("no such option\n"));
    }

    /** An XML may name any program: none is run that is not root's, or not called as QEMU is. */
    @Test
    void shouldRunNoProgramOfTheXmlsChoice() throws Exception {
        Path program = root.resolve("qemu-system-x86_64");
        Files.writeString(program, "#!/bin/sh\ntouch '" + root + "/ran'\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertEquals(Optional.empty(), host().qemuVersion(program.toString()));
        assertEquals(Optional.empty(), host().qemuVersion("/bin/touch"));
        assertEquals(Optional.empty(), host().qemuVersion("qemu-system-x86_64"));
        assertFalse(Files.exists(root.resolve("ran")));
    }
}
