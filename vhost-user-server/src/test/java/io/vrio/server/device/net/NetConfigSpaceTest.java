// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.NicProperties;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.server.device.DeviceListener;
import io.vrio.server.virtqueue.RingFeatures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the configuration space says, when, and who may write it. */
final class NetConfigSpaceTest {
    private static final byte[] GOLDEN = {
        0x52,
        0x54,
        0x00,
        0x12,
        0x34,
        0x56, // mac
        0x01,
        0x00, // status: link up
        0x04,
        0x00, // max_virtqueue_pairs
        (byte) 0xDC,
        0x05, // mtu 1500
        -1,
        -1,
        -1,
        -1, // speed unknown
        -1, // duplex unknown
        0,
        0,
        0,
        0,
        0,
        0,
        0, // no RSS
    };

    private final MemoryNic nic = new MemoryNic();
    private final NetDevice device = new NetDevice("test", nic, NetGuest.PAIRS);
    private int changes;

    @AfterEach
    void close() {
        device.close();
        nic.close();
    }

    private void countChanges() {
        device.listen(
                new DeviceListener() {
                    @Override
                    public void onConfigChange() {
                        changes++;
                    }

                    @Override
                    public void onQueueFault(int index, String reason) {}
                });
    }

    private byte[] read(int offset, int length) {
        byte[] bytes = new byte[length];
        try (NativeBuffer buffer = new NativeBuffer(length)) {
            buffer.slice().fill(0, length, (byte) 0x77);
            device.readConfig(offset, buffer.slice());
            buffer.slice().getBytes(0, bytes, 0, length);
        }
        return bytes;
    }

    private boolean write(int offset, int... values) {
        try (NativeBuffer buffer = new NativeBuffer(values.length)) {
            for (int i = 0; i < values.length; i++) {
                buffer.slice().putByte(i, (byte) values[i]);
            }
            return device.writeConfig(offset, buffer.slice());
        }
    }

    @Test
    void shouldHaveTheBytesOfTheSpecification() {
        assertArrayEquals(GOLDEN, read(0, GOLDEN.length));
    }

    @Test
    void shouldReadAsZeroesBehindItsEnd() {
        assertArrayEquals(new byte[] {0, 0, 0, 0}, read(22, 4));
        assertArrayEquals(new byte[] {0, 0}, read(4000, 2));
    }

    @Test
    void shouldTellThatTheLinkIsDown() {
        countChanges();
        nic.change(nic.properties().withLink(false));
        assertArrayEquals(new byte[] {0, 0}, read(6, 2));
        assertEquals(1, changes);
    }

    @Test
    void shouldAskADriverThatCanToAnnounceItselfAfterTheLinkWasDown() {
        device.acceptFeatures(NetFeatures.GUEST_ANNOUNCE);
        nic.change(nic.properties().withLink(false));
        nic.change(nic.properties().withLink(true));
        assertArrayEquals(new byte[] {3, 0}, read(6, 2));
        device.reset();
        assertArrayEquals(new byte[] {1, 0}, read(6, 2));
    }

    @Test
    void shouldOfferAnAddressOnlyWhenItIsKnown() {
        assertTrue((device.offeredFeatures() & NetFeatures.MAC) != 0);
        nic.change(nic.properties().withMac(0));
        assertFalse((device.offeredFeatures() & NetFeatures.MAC) != 0);
    }

    @Test
    void shouldNotOfferFragmentationNorWhatOldDriversTakeForIt() {
        long fragmentation = 1L << 6 | 1L << 10 | 1L << 14;
        assertEquals(0, device.offeredFeatures() & fragmentation);
    }

    @Test
    void shouldOfferQueuesOnlyWhenThereAreSeveral() {
        assertTrue((device.offeredFeatures() & NetFeatures.MQ) != 0);
        try (NetDevice single = new NetDevice("single", nic, 1)) {
            assertFalse((single.offeredFeatures() & NetFeatures.MQ) != 0);
        }
    }

    @Test
    void shouldCountQueuesInPairsForFrontends() {
        assertEquals(NetGuest.PAIRS, device.queueNumber());
        assertEquals(2 * NetGuest.PAIRS + 1, device.queueCountMax());
    }

    @Test
    void shouldLetALegacyDriverWriteTheAddress() {
        assertTrue(write(0, 2, 0, 0, 0, 0, 9));
        assertTrue(write(5, 10));
        assertArrayEquals(new byte[] {2, 0, 0, 0, 0, 10}, read(0, 6));
        assertFalse(write(5, 1, 1));
        assertFalse(write(6, 0));
        assertFalse(write(-1, 0));
    }

    @Test
    void shouldNotLetAModernDriverWriteAnything() {
        device.acceptFeatures(RingFeatures.VERSION_1);
        assertFalse(write(0, 2, 0, 0, 0, 0, 9));
    }

    @Test
    void shouldTellTheSmallerMtu() {
        nic.change(new NicProperties(MemoryNic.MAC, 9000, true, ""));
        assertTrue(device.setMtu(1400));
        assertArrayEquals(new byte[] {0x78, 0x05}, read(10, 2));
        device.detach();
        assertArrayEquals(new byte[] {0x28, 0x23}, read(10, 2));
    }

    @Test
    void shouldRefuseAnMtuThatTheNetworkDoesNotHave() {
        assertFalse(device.setMtu(1501));
        assertFalse(device.setMtu(67));
        assertFalse(device.setMtu(-1));
        assertTrue(device.setMtu(68));
    }
}
