// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnixListenerTest {
    @TempDir Path folder;

    private UnixListener listen(Path path) {
        return UnixListener.open(path, Optional.empty());
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private String refusal(Path path) {
        return assertThrows(SocketPathException.class, () -> listen(path)).getMessage();
    }

    @Test
    void shouldAcceptWhoeverConnects() {
        Path path = folder.resolve("a.sock");
        try (UnixListener listener = listen(path)) {
            assertNull(listener.accept());
            try (UnixSocket near = UnixSocket.connect(path);
                    UnixSocket far = listener.accept()) {
                assertNotNull(far);
                assertEquals(ProcessHandle.current().pid(), far.peerPid());
                assertFalse(near.isListening());
            }
        }
    }

    @Test
    void shouldLetOwnerAndGroupConnect() throws IOException {
        Path path = folder.resolve("a.sock");
        try (UnixListener listener =
                UnixListener.open(path, Optional.of("no-such-group-anywhere"))) {
            assertEquals("rw-rw----", mode(listener.path()));
        }
    }

    @Test
    void shouldTakeItsFileAway() {
        Path path = folder.resolve("a.sock");
        listen(path).close();
        assertFalse(Files.exists(path));
    }

    @Test
    void shouldLeaveAFileThatHasBecomeSomebodyElses() throws IOException {
        Path path = folder.resolve("a.sock");
        UnixListener listener = listen(path);
        Files.delete(path);
        Files.writeString(path, "mine");
        listener.close();
        assertTrue(Files.exists(path));
    }

    @Test
    void shouldReplaceTheFileOfADeadProcess() {
        Path path = folder.resolve("a.sock");
        UnixSocket.listen(path).close();
        assertTrue(Files.exists(path));
        try (UnixListener listener = listen(path);
                UnixSocket near = UnixSocket.connect(path)) {
            assertFalse(near.isListening());
            assertNotNull(listener.accept());
        }
    }

    @Test
    void shouldRefuseAPathThatALivingProcessListensAt() {
        Path path = folder.resolve("a.sock");
        try (UnixListener first = listen(path)) {
            assertEquals(
                    "socket "
                            + path
                            + ": in use by process "
                            + ProcessHandle.current().pid()
                            + "; stop it or choose another path",
                    refusal(path));
            assertTrue(Files.exists(first.path()));
        }
    }

    @Test
    void shouldRefuseWhatIsNotASocket() throws IOException {
        Path path = folder.resolve("disk.img");
        Files.writeString(path, "precious");
        assertTrue(refusal(path).contains("exists and is not a socket"));
        assertEquals("precious", Files.readString(path));
    }

    @Test
    void shouldRefuseALinkToAnotherFile() throws IOException {
        Path path = folder.resolve("a.sock");
        Files.createSymbolicLink(path, folder.resolve("elsewhere"));
        assertTrue(refusal(path).contains("exists and is not a socket"));
    }

    @Test
    void shouldRefuseAPathWithoutFolder() {
        assertTrue(refusal(folder.resolve("none/a.sock")).contains("does not exist"));
    }

    @Test
    void shouldRefuseAPathLongerThanTheKernelTakes() {
        Path path = folder.resolve("x".repeat(UnixListener.PATH_LENGTH_MAX));
        assertTrue(refusal(path).contains("too long for a socket, max 107"));
    }
}
