// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.io.NetFrame;
import io.vrio.server.virtqueue.RingFeatures;

/** What the guest's driver can do, as far as frames are concerned: the features it has accepted. */
final class NetDriver {
    private static final long GUEST_USO = NetFeatures.GUEST_USO4 | NetFeatures.GUEST_USO6;

    private long features;

    void accept(long accepted) {
        features = accepted;
    }

    boolean has(long feature) {
        return (features & feature) == feature;
    }

    boolean isModern() {
        return has(RingFeatures.VERSION_1);
    }

    /** Whether a frame may be spread over several receive buffers. */
    boolean isMergeable() {
        return has(NetFeatures.MRG_RXBUF);
    }

    /** Bytes in front of each frame (virtio 1.2, 5.1.6.1). */
    int headerLength() {
        return isMergeable() || isModern() ? NetHeader.LENGTH : NetHeader.LEGACY_LENGTH;
    }

    /** Whether it takes frames whose checksum is not there yet. */
    boolean isSumming() {
        return has(NetFeatures.GUEST_CSUM);
    }

    /** Whether it takes a frame as it is: neither cut nor summed before. */
    boolean canTake(NetFrame frame) {
        if (frame.isGso()) {
            return isSumming() && has(featureFor(frame.gsoType()));
        }
        return isSumming() || !frame.needsChecksum();
    }

    private static long featureFor(int gsoType) {
        long ecn = (gsoType & NetFrame.GSO_ECN) != 0 ? NetFeatures.GUEST_ECN : 0;
        return switch (gsoType & ~NetFrame.GSO_ECN) {
            case NetFrame.GSO_TCPV4 -> NetFeatures.GUEST_TSO4 | ecn;
            case NetFrame.GSO_TCPV6 -> NetFeatures.GUEST_TSO6 | ecn;
            // One bit for each version of IP; drivers have both or none.
            default -> GUEST_USO;
        };
    }

    /** Which flags of a frame it may see. */
    int flagsFor(NetFrame frame) {
        return isSumming() ? frame.flags() : 0;
    }
}
