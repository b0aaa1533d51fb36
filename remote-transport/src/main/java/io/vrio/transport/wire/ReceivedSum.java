// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import io.vrio.common.memory.InternetChecksum;
import io.vrio.common.memory.MemorySlice;

/**
 * Writes the virtio_net_hdr of a frame that came without one. A frame from this very machine may
 * not have its TCP checksum yet, only the sum of the pseudo header in its place, and nobody tells:
 * a frame with that sum is taken for such a one. Damage on a wire makes one by chance of 2^-16,
 * which is how much the checksum itself lets pass.
 */
public final class ReceivedSum {
    private ReceivedSum() {}

    /**
     * @param frame its Ethernet header begins at byte {@link FrameHeader#VNET_LENGTH}
     * @param length with the virtio_net_hdr; the headers are enough
     */
    public static void restore(MemorySlice frame, int length) {
        frame.fill(0, FrameHeader.VNET_LENGTH, (byte) 0);
        if (length >= FrameHeader.RST_LENGTH && isUnfinished(frame, length)) {
            frame.putByte(FrameHeader.VNET_FLAGS, (byte) FrameHeader.VNET_NEEDS_CHECKSUM);
        }
    }

    private static boolean isUnfinished(MemorySlice frame, int length) {
        return switch (IpVersion.of(frame)) {
            case V4 -> {
                int tcpLength =
                        frame.getUnsignedShortBigEndian(FrameHeader.IP_TOTAL_LENGTH)
                                - FrameHeader.IP_LENGTH;
                yield isPseudoSum(frame, FrameHeader.IP_SOURCE, 0, tcpLength);
            }
            case V6 -> {
                int tcpLength = frame.getUnsignedShortBigEndian(FrameHeader.IP6_PAYLOAD_LENGTH);
                int shift = IpVersion.V6.shift();
                yield length >= FrameHeader.RST_LENGTH + shift
                        && isPseudoSum(frame, FrameHeader.IP6_SOURCE, shift, tcpLength);
            }
        };
    }

    private static boolean isPseudoSum(MemorySlice frame, int addresses, int shift, int tcpLength) {
        int addressesLength = FrameHeader.TCP + shift - addresses;
        int sum = InternetChecksum.sum(frame, addresses, addressesLength);
        int field = frame.getUnsignedShortBigEndian(FrameHeader.TCP_CHECKSUM + shift);
        return field == InternetChecksum.pseudoHeader(sum, tcpLength);
    }
}
