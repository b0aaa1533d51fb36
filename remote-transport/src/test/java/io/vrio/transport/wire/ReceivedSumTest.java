// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ReceivedSumTest {
    private static final int PAYLOAD = 100;

    private final NativeBuffer buffer = new NativeBuffer(FrameHeader.HEADERS_MAX + PAYLOAD);
    private final MemorySlice frame = buffer.slice();
    private final FrameHeader header = new FrameHeader();

    @AfterEach
    void close() {
        buffer.close();
    }

    /** A frame as it leaves its sender, before a NIC has completed it. */
    private int write(IpVersion version) {
        IpAddress from = address(version, 1);
        IpAddress to = address(version, 2);
        FrameWriter writer =
                new FrameWriter(new Endpoint(1, from, 40_000), new Endpoint(2, to, 8746), 1500);
        int length = writer.writeData(frame, 77, 88, 1 << 20, PAYLOAD);
        frame.fill(length, PAYLOAD, (byte) 0x5A);
        return length + PAYLOAD;
    }

    private static IpAddress address(IpVersion version, int number) {
        return switch (version) {
            case V4 -> IpAddress.parse("10.0.0." + number);
            case V6 -> IpAddress.parse("fd00::" + number);
        };
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldTrustASumThatTheSenderHasLeftUnfinished(IpVersion version) {
        int length = write(version);
        frame.fill(0, FrameHeader.VNET_LENGTH, (byte) 0xFF);
        ReceivedSum.restore(frame, length);
        assertTrue(header.wrap(frame).isSumTrusted());
        assertNull(header.invalidReason(length));
        assertEquals(0, frame.getUnsignedByte(FrameHeader.VNET_GSO_TYPE));
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldHaveACompleteSumChecked(IpVersion version) {
        int length = write(version);
        Segmenter.complete(frame, length);
        ReceivedSum.restore(frame, length);
        assertFalse(header.wrap(frame).isSumTrusted());
        assertNull(header.invalidReason(length));
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldHaveADamagedFrameRefused(IpVersion version) {
        int length = write(version);
        Segmenter.complete(frame, length);
        frame.putByte(length - 1L, (byte) 0x5B);
        ReceivedSum.restore(frame, length);
        assertEquals("TCP checksum is wrong", header.wrap(frame).invalidReason(length));
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldNotReadBehindAShortFrame(IpVersion version) {
        write(version);
        ReceivedSum.restore(frame.slice(0, 40), 40);
        ReceivedSum.restore(frame.slice(0, 63), 63);
        assertFalse(header.wrap(frame).isSumTrusted());
    }
}
