// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

/**
 * What the kernel tells of a network interface at one moment.
 *
 * @param kind of a virtual one as {@code ip -d link} shows it ("bridge", "tun", "macvtap"); else
 *     empty
 * @param alias the text that somebody attached to it; else empty
 * @param isUp whether its administrator wants it up
 * @param hasCarrier whether it is up and its cable, or what stands for one, is plugged in
 * @param mac its Ethernet address, first byte in bits 47-40; 0 when it has none
 * @param master the index of the bridge or bond that it is a port of; 0 for none
 * @param rxDropped frames that came in and that nobody could take
 * @param txDropped frames that the host sent to it and that it could not take
 */
public record LinkStatus(
        int index,
        String name,
        String kind,
        String alias,
        boolean isUp,
        boolean hasCarrier,
        boolean isEthernet,
        long mac,
        int mtu,
        int master,
        long rxDropped,
        long txDropped) {}
