// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

/** A way of a guest's frames to the I/O host. */
enum NetAlternative {
    TAP_VXLAN("tap-vxlan", "QEMU -> tap -> kernel bridge -> VXLAN -> kernel bridge"),
    OVS_DPDK("ovs-dpdk", "OVS-DPDK's vhost-user port -> VXLAN -> packet socket -> kernel VXLAN"),
    VRIO("vrio", "vrio server -> vrio iohyp -> tap");

    private final String title;
    private final String description;

    NetAlternative(String title, String description) {
        this.title = title;
        this.description = description;
    }

    String title() {
        return title;
    }

    String description() {
        return description;
    }

    /** The first three bytes of the addresses on the way through it; see hosts-net. */
    String subnet() {
        return this == VRIO ? "10.88.1" : "10.88.0";
    }
}
