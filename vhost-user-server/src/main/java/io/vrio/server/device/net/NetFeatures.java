// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.io.NicProperties;
import io.vrio.server.virtqueue.RingFeatures;

/** Feature bits of a virtio network card (virtio 1.2, 5.1.3), and which a NIC is offered with. */
final class NetFeatures {
    static final long CSUM = 1L;
    static final long GUEST_CSUM = 1L << 1;
    static final long MTU = 1L << 3;
    static final long MAC = 1L << 5;

    static final long GUEST_TSO4 = 1L << 7;
    static final long GUEST_TSO6 = 1L << 8;
    static final long GUEST_ECN = 1L << 9;
    static final long HOST_TSO4 = 1L << 11;
    static final long HOST_TSO6 = 1L << 12;
    static final long HOST_ECN = 1L << 13;
    static final long MRG_RXBUF = 1L << 15;
    static final long STATUS = 1L << 16;
    static final long CTRL_VQ = 1L << 17;
    static final long CTRL_RX = 1L << 18;
    static final long CTRL_RX_EXTRA = 1L << 20;
    static final long GUEST_ANNOUNCE = 1L << 21;
    static final long MQ = 1L << 22;
    static final long CTRL_MAC_ADDR = 1L << 23;
    static final long GUEST_USO4 = 1L << 54;
    static final long GUEST_USO6 = 1L << 55;
    static final long HOST_USO = 1L << 56;

    /**
     * Without the legacy bit 6, GSO: drivers that know no better take it for fragmentation offload
     * too, which nobody on the way can do.
     */
    private static final long HOST_OFFLOADS = CSUM | HOST_TSO4 | HOST_TSO6 | HOST_ECN | HOST_USO;

    private static final long GUEST_OFFLOADS =
            GUEST_CSUM | GUEST_TSO4 | GUEST_TSO6 | GUEST_ECN | GUEST_USO4 | GUEST_USO6;
    private static final long CONTROL =
            CTRL_VQ | CTRL_RX | CTRL_RX_EXTRA | CTRL_MAC_ADDR | GUEST_ANNOUNCE;
    private static final long ALWAYS =
            RingFeatures.ALL | HOST_OFFLOADS | GUEST_OFFLOADS | CONTROL | MRG_RXBUF | MTU | STATUS;

    private NetFeatures() {}

    /** What is offered for a NIC with so many queue pairs. */
    static long of(NicProperties nic, int pairs) {
        return ALWAYS | (nic.mac() != 0 ? MAC : 0) | (pairs > 1 ? MQ : 0);
    }
}
