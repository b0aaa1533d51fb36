// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vrio.common.memory.NativeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NetFrameTest {
    private static final int MTU = 1500;

    private final NativeBuffer memory = new NativeBuffer(1 << 17);
    private final NetFrame frame = new NetFrame();

    @AfterEach
    void close() {
        memory.close();
    }

    private NetFrame frame(int length) {
        frame.begin(0).data().add(memory.slice(), 0, length);
        return frame;
    }

    private NetFrame tso(int length, int gsoSize) {
        return frame(length)
                .offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 54, gsoSize)
                .checksum(34, 16);
    }

    @Test
    void shouldTakeAFrameOfTheMtuWithTwoTags() {
        assertNull(frame(MTU + 14 + 8).invalidReason(MTU));
    }

    @Test
    void shouldRefuseALongerOne() {
        assertEquals(NetDrop.OVER_MTU, frame(MTU + 14 + 9).invalidReason(MTU));
    }

    @Test
    void shouldRefuseHalfAnEthernetHeader() {
        assertEquals(NetDrop.TOO_SHORT, frame(13).invalidReason(MTU));
    }

    @Test
    void shouldTakeTheLongestFrameThatIsToBeCut() {
        assertNull(tso(NetFrame.LENGTH_MAX, 1448).invalidReason(MTU));
    }

    @Test
    void shouldRefuseAnEvenLongerOne() {
        assertEquals(NetDrop.TOO_LONG, tso(NetFrame.LENGTH_MAX + 1, 1448).invalidReason(MTU));
    }

    @Test
    void shouldRefuseSegmentsOfNoLength() {
        assertEquals(NetDrop.BAD_GSO_SIZE, tso(60_000, 0).invalidReason(MTU));
    }

    @Test
    void shouldRefuseSegmentsLongerThanTheMtu() {
        assertEquals(NetDrop.BAD_GSO_SIZE, tso(60_000, MTU).invalidReason(MTU));
    }

    @Test
    void shouldRefuseAnUnknownKindOfCutting() {
        frame(60_000).offload(NetFrame.NEEDS_CHECKSUM, 3, 54, 1448).checksum(34, 16);

        assertEquals(NetDrop.BAD_GSO_TYPE, frame.invalidReason(MTU));
    }

    @Test
    void shouldRefuseCuttingWithoutAChecksumToBeFilledIn() {
        frame(60_000).offload(0, NetFrame.GSO_TCPV4, 54, 1448).checksum(34, 16);

        assertEquals(NetDrop.BAD_CHECKSUM_PLACE, frame.invalidReason(MTU));
    }

    @Test
    void shouldRefuseATransportHeaderThatReachesPastTheFrame() {
        tso(60_000, 1448).checksum(60_000 - 19, 16);

        assertEquals(NetDrop.BAD_CHECKSUM_PLACE, frame.invalidReason(MTU));
    }

    @Test
    void shouldTakeAChecksumInTheLastTwoBytes() {
        frame(100).offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_NONE, 0, 0).checksum(34, 64);

        assertNull(frame.invalidReason(MTU));
    }

    @Test
    void shouldRefuseAChecksumOneByteFurther() {
        frame(100).offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_NONE, 0, 0).checksum(34, 65);

        assertEquals(NetDrop.BAD_CHECKSUM_PLACE, frame.invalidReason(MTU));
    }

    @Test
    void shouldRefuseAChecksumThatWouldChangeTheSourceAddress() {
        frame(100).offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_NONE, 0, 0).checksum(2, 8);

        assertEquals(NetDrop.BAD_CHECKSUM_PLACE, frame.invalidReason(MTU));
    }

    @Test
    void shouldRefuseAFlagThatDoesNotExist() {
        frame(100).offload(4, NetFrame.GSO_NONE, 0, 0);

        assertEquals(NetDrop.BAD_FLAGS, frame.invalidReason(MTU));
    }

    @Test
    void shouldMoveTheTransportHeaderWhenATagIsPutIn() {
        tso(60_000, 1448).moveTransport(NetFrame.VLAN_TAG_LENGTH);

        assertEquals(58, frame.headerLength());
        assertEquals(38, frame.checksumStart());
        assertEquals(16, frame.checksumOffset());
    }

    @Test
    void shouldMoveNothingThatIsNotThere() {
        frame(100).moveTransport(NetFrame.VLAN_TAG_LENGTH);

        assertEquals(0, frame.headerLength());
        assertEquals(0, frame.checksumStart());
    }
}
