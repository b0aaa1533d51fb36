// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the network hears of a guest that has moved. */
final class AnnouncerTest {
    private static final byte[] GOLDEN = {
        -1,
        -1,
        -1,
        -1,
        -1,
        -1, // to everybody
        0x52,
        0x54,
        0x00,
        0x12,
        0x34,
        0x56,
        (byte) 0x80,
        0x35, // RARP
        0,
        1,
        0x08,
        0,
        6,
        4, // Ethernet, IPv4, their lengths
        0,
        3, // reverse request
        0x52,
        0x54,
        0x00,
        0x12,
        0x34,
        0x56,
        0,
        0,
        0,
        0,
        0x52,
        0x54,
        0x00,
        0x12,
        0x34,
        0x56,
        0,
        0,
        0,
        0,
    };

    private final MemoryNic nic = new MemoryNic();
    private final NetDevice device = new NetDevice("test", nic, 1);

    @AfterEach
    void close() {
        device.close();
        nic.close();
    }

    @Test
    void shouldSendTheBytesOfTheSpecification() {
        device.announce(MemoryNic.MAC);
        device.doWork();
        device.doWork();
        assertEquals(1, nic.sent().size());
        assertArrayEquals(Arrays.copyOf(GOLDEN, 60), nic.sent().get(0).data());
    }

    @Test
    void shouldWaitForTheLink() {
        nic.change(nic.properties().withLink(false));
        device.announce(MemoryNic.MAC);
        device.doWork();
        assertEquals(List.of(), nic.sent());
        nic.change(nic.properties().withLink(true));
        device.doWork();
        assertEquals(1, nic.sent().size());
    }

    @Test
    void shouldWaitForRoom() {
        nic.setFull(true);
        device.announce(MemoryNic.MAC);
        device.doWork();
        assertTrue(device.isHeldBack());
        nic.setFull(false);
        device.doWork();
        assertEquals(1, nic.sent().size());
    }

    @Test
    void shouldForgetAGuestThatHasGone() {
        nic.change(nic.properties().withLink(false));
        device.announce(MemoryNic.MAC);
        device.detach();
        nic.change(nic.properties().withLink(true));
        device.doWork();
        assertEquals(List.of(), nic.sent());
    }
}
