// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd hears, over a datagram socket of the test's own. */
class ServiceNotificationTest {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int MSG_DONTWAIT = 0x40;

    private final int listener = Linux.check(Linux.socket(AF_UNIX, SOCK_DGRAM, 0), "socket");

    @AfterEach
    void close() {
        Linux.close(listener);
    }

    @Test
    void shouldTellThatItIsReadyAndThatItStops(@TempDir Path folder) {
        String path = folder.resolve("notify").toString();
        bind(path);

        ServiceNotification notification = new ServiceNotification(path);
        notification.ready();
        notification.stopping();

        assertEquals("READY=1", receive());
        assertEquals("STOPPING=1", receive());
    }

    @Test
    void shouldFindAbstractSockets() {
        String name = "vrio-test-" + ProcessHandle.current().pid();
        bind("\0" + name);

        new ServiceNotification("@" + name).ready();

        assertEquals("READY=1", receive());
    }

    @Test
    void shouldGoOnWhenNobodyListens(@TempDir Path folder) {
        ServiceNotification notification =
                new ServiceNotification(folder.resolve("gone").toString());

        assertDoesNotThrow(notification::ready);
    }

    @Test
    void shouldBeSilentWhenNobodyAsked() {
        assertDoesNotThrow(() -> new ServiceNotification(null).ready());
    }

    private void bind(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        try (NativeBuffer buffer = new NativeBuffer(2 + bytes.length)) {
            MemorySlice name = buffer.slice();
            name.putShort(0, (short) AF_UNIX);
            name.putBytes(2, bytes, 0, bytes.length);
            int length = 2 + bytes.length;
            Linux.check(Linux.bind(listener, name.address(0, length), length), "bind");
        }
    }

    private String receive() {
        try (NativeBuffer buffer = new NativeBuffer(64)) {
            long address = buffer.slice().address(0, 64);
            long length = Linux.check(Linux.recv(listener, address, 64, MSG_DONTWAIT), "recv");
            byte[] bytes = new byte[(int) length];
            buffer.slice().getBytes(0, bytes, 0, bytes.length);
            return new String(bytes, StandardCharsets.US_ASCII);
        }
    }
}
