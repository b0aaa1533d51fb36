// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The bytes of a virtio_net_hdr. */
final class NetHeaderTest {
    private static final byte[] GOLDEN = {
        0x01, // flags: NEEDS_CSUM
        (byte) 0x84, // gso_type: TCPV6, ECN
        0x4A,
        0x01, // hdr_len 330
        (byte) 0xA0,
        0x05, // gso_size 1440
        0x36,
        0x02, // csum_start 566
        0x10,
        0x00, // csum_offset 16
        0x03,
        0x01, // num_buffers 259
    };

    private final NativeBuffer buffer = new NativeBuffer(16);
    private final MemorySlice memory = buffer.slice();
    private final SliceList guest = new SliceList();
    private final NetHeader header = new NetHeader();
    private final NetFrame frame = new NetFrame().begin(0);

    @AfterEach
    void close() {
        header.close();
        buffer.close();
    }

    private byte[] written() {
        byte[] bytes = new byte[(int) memory.length()];
        memory.getBytes(0, bytes, 0, bytes.length);
        return bytes;
    }

    private void put(byte[] bytes) {
        memory.putBytes(0, bytes, 0, bytes.length);
        guest.clear();
        guest.add(memory, 0, bytes.length);
    }

    @Test
    void shouldWriteTheBytesOfTheSpecification() {
        guest.add(memory, 0, 16);
        frame.offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV6 | NetFrame.GSO_ECN, 330, 1440);
        header.writeTo(guest, frame.checksum(566, 16), frame.flags(), 259, NetHeader.LENGTH);
        byte[] expected = new byte[16];
        System.arraycopy(GOLDEN, 0, expected, 0, 12);
        assertArrayEquals(expected, written());
    }

    @Test
    void shouldWriteNoMoreThanALegacyDriverKnows() {
        guest.add(memory, 0, 16);
        header.writeTo(guest, frame, 0, 0x0101, NetHeader.LEGACY_LENGTH);
        assertArrayEquals(new byte[16], written());
    }

    @Test
    void shouldReadTheBytesOfTheSpecification() {
        put(GOLDEN);
        header.readFrom(guest, frame);
        assertEquals(NetFrame.NEEDS_CHECKSUM, frame.flags());
        assertEquals(NetFrame.GSO_TCPV6 | NetFrame.GSO_ECN, frame.gsoType());
        assertEquals(330, frame.headerLength());
        assertEquals(1440, frame.gsoSize());
        assertEquals(566, frame.checksumStart());
        assertEquals(16, frame.checksumOffset());
    }

    @Test
    void shouldReadOnlyWhatIsSaid() {
        // No checksum wanted, nothing to be cut: the rest may be left over from another frame.
        put(new byte[] {0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9});
        header.readFrom(guest, frame);
        assertEquals(0, frame.gsoSize());
        assertEquals(0, frame.headerLength());
        assertEquals(0, frame.checksumStart());
        assertEquals(0, frame.checksumOffset());
    }

    @Test
    void shouldNotBelieveThatAChecksumWasVerified() {
        put(new byte[] {(byte) 0xFE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        header.readFrom(guest, frame);
        assertEquals(0, frame.flags());
    }

    @Test
    void shouldReadNumbersWithoutSign() {
        put(new byte[] {1, 1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0});
        header.readFrom(guest, frame);
        assertEquals(0xFFFF, frame.headerLength());
        assertEquals(0xFFFF, frame.gsoSize());
        assertEquals(0xFFFF, frame.checksumStart());
        assertEquals(0xFFFF, frame.checksumOffset());
    }
}
