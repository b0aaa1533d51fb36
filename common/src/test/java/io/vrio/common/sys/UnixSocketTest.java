// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UnixSocketTest {
    private final UnixSocket[] pair = UnixSocket.pair();
    private final NativeBuffer buffer = new NativeBuffer(64);
    private final MemorySlice memory = buffer.slice();

    @AfterEach
    void close() {
        pair[0].close();
        pair[1].close();
        buffer.close();
    }

    @Test
    void shouldPassDescriptorsBesideTheFirstByte() {
        try (EventFd first = new EventFd();
                EventFd second = new EventFd()) {
            pair[0].send(memory, 0, 12, first.fd(), second.fd());
            assertEquals(1, pair[1].receive(memory, 20, 1));
            int[] descriptors = pair[1].takeDescriptors();
            assertEquals(2, descriptors.length);
            try (EventFd copy = new EventFd(descriptors[1]);
                    EventFd other = new EventFd(descriptors[0])) {
                copy.signal();
                assertTrue(second.drain());
                assertFalse(other.drain());
            }
        }
    }

    @Test
    void shouldCarryBytes() {
        memory.putLong(0, 0x1122334455667788L);
        pair[0].send(memory, 0, 8);
        assertEquals(8, pair[1].receive(memory, 8, 16));
        assertEquals(0x1122334455667788L, memory.getLong(8));
        assertEquals(0, pair[1].takeDescriptors().length);
    }

    @Test
    void shouldReturnZeroWhenThePeerHasClosed() {
        pair[0].close();
        assertEquals(0, pair[1].receive(memory, 0, 8));
    }

    @Test
    void shouldGiveUpAfterTheReceiveTimeout() {
        pair[1].setReceiveTimeout(TimeUnit.MILLISECONDS.toNanos(5));
        assertEquals(-Linux.EAGAIN, pair[1].receive(memory, 0, 8));
    }

    @Test
    void shouldFailToSendToAPeerThatHasGone() {
        pair[1].close();
        ErrnoException failure =
                assertThrows(ErrnoException.class, () -> pair[0].send(memory, 0, 8));
        assertEquals(Linux.EPIPE, failure.errno());
    }

    @Test
    void shouldKnowThatThePeerHasGoneOnlyAfterItsLastByte() {
        pair[0].send(memory, 0, 8);
        assertFalse(pair[1].isEnded());
        pair[0].close();
        assertFalse(pair[1].isEnded());
        assertEquals(8, pair[1].receiveBytes(memory, 8, 16));
        assertTrue(pair[1].isEnded());
    }

    @Test
    void shouldDropDescriptorsBesideBytesThatMayHaveNone() {
        try (EventFd event = new EventFd()) {
            pair[0].send(memory, 0, 8, event.fd());
            assertEquals(8, pair[1].receiveBytes(memory, 8, 16));
            assertEquals(0, pair[1].takeDescriptors().length);
        }
    }

    @Test
    void shouldNotWaitForAPeerThatDoesNotRead() {
        int sent = 0;
        while (pair[0].sendNow(memory, 0, 64)) {
            sent++;
        }
        assertTrue(sent > 0);
    }

    @Test
    void shouldTellASocketThatListens(@TempDir Path folder) {
        try (UnixSocket listener = UnixSocket.listen(folder.resolve("a.sock"))) {
            assertTrue(listener.isListening());
            assertFalse(pair[0].isListening());
        }
    }

    @Test
    void shouldConnectToAListeningSocket(@TempDir Path folder) {
        Path path = folder.resolve("a.sock");
        try (UnixSocket listener = UnixSocket.listen(path);
                UnixSocket near = UnixSocket.connect(path);
                UnixSocket far = listener.accept()) {
            assertEquals(-Linux.EAGAIN, far.receive(memory, 0, 8));
            near.send(memory, 0, 3);
            assertEquals(3, far.receive(memory, 0, 8));
        }
    }

    @Test
    void shouldTellWhichPathNobodyListensAt(@TempDir Path folder) {
        Path path = folder.resolve("b.sock");
        ErrnoException failure = assertThrows(ErrnoException.class, () -> UnixSocket.connect(path));
        assertEquals(Linux.ENOENT, failure.errno());
        assertTrue(failure.getMessage().startsWith("connect " + path));
    }
}
