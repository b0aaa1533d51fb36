// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A NIC whose guest has packed rings: what differs is how buffers are taken and given back. */
final class NetPackedTest {
    private final MemoryNic nic = new MemoryNic();
    private final NetGuest guest = NetGuest.startPacked(nic);

    @AfterEach
    void close() {
        guest.close();
        nic.close();
    }

    private static byte[] frame(int length) {
        byte[] frame = new byte[length];
        for (int i = 0; i < length; i++) {
            frame[i] = (byte) (i * 7);
        }
        return frame;
    }

    @Test
    void shouldSendFrames() {
        guest.send(0, frame(60));
        guest.send(0, frame(1400));
        guest.device().doWork();

        assertEquals(2, nic.sent().size());
        assertArrayEquals(frame(1400), nic.sent().get(1).data());
        assertNotNull(guest.takeSent(0));
        assertNotNull(guest.takeSent(0));
        assertNull(guest.takeSent(0));
    }

    @Test
    void shouldSpreadAFrameOverBuffers() {
        guest.offerBuffers(0, 4, 500);

        assertTrue(nic.deliver(frame(1300)));
        guest.device().doWork();

        NetGuest.Received received = guest.receive(0);
        assertEquals(3, received.bufferCount());
        assertArrayEquals(frame(1300), received.data());
    }

    /** Buffers that are too few for a frame are put back, and do for it with those to come. */
    @Test
    void shouldWaitForMoreBuffersThanItHasSeen() {
        guest.offerBuffers(0, 2, 500);
        guest.ring(0).isKickWanted();

        assertFalse(nic.deliver(frame(1300)));
        assertTrue(guest.device().prepareToBlock());
        guest.offerBuffers(0, 1, 500);

        assertTrue(guest.ring(0).isKickWanted());
        assertTrue(nic.deliver(frame(1300)));
        guest.device().doWork();
        assertArrayEquals(frame(1300), guest.receive(0).data());
    }

    @Test
    void shouldReceiveForManyRounds() {
        for (int i = 0; i < 5 * NetGuest.QUEUE_SIZE; i++) {
            guest.offerBuffers(0, 3, 500);
            assertTrue(nic.deliver(frame(600 + i)));
            // It takes the buffer that the other one leaves.
            assertTrue(nic.deliver(frame(60)));
            guest.device().doWork();
            assertArrayEquals(frame(600 + i), guest.receive(0).data());
            assertArrayEquals(frame(60), guest.receive(0).data());
        }
    }
}
