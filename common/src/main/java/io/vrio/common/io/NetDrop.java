// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

import io.vrio.common.counter.CounterId;

/** Why a frame was dropped. Each station that drops counts by these. */
public enum NetDrop implements CounterId {
    TOO_SHORT("frames without a whole Ethernet header"),
    TOO_LONG("frames longer than any frame can be"),
    OVER_MTU("frames longer than the MTU that nobody may cut"),
    BAD_HEADER("frames without a whole virtio_net_hdr"),
    BAD_FLAGS("frames with flags that do not exist"),
    BAD_CHECKSUM_PLACE("frames whose checksum would lie outside, or not in the transport header"),
    BAD_GSO_TYPE("frames to be cut in an unknown way"),
    BAD_GSO_SIZE("frames to be cut into segments of no or of more than an MTU's length"),
    BAD_GSO_HEADERS("frames to be cut whose headers do not fit what is said of them"),
    NO_BUFFERS("frames for a guest that had no receive buffers, or none that were large enough"),
    NO_ROOM("frames that came faster than they could be sent on"),
    NOT_READY("frames from or for a guest whose driver is not running"),
    LINK_DOWN("frames while the link was down"),
    NOT_CONNECTED("frames while the other end of the NIC was away"),
    LATE("frames that came after younger ones of their queue"),
    INCOMPLETE("frames of which a part was lost on the way"),
    SPOOFED("frames with a source address that the NIC may not use"),
    BAD_VLAN("frames with a VLAN tag that the NIC may not use"),
    FILTERED("frames that the receiver did not ask for"),
    RATE_LIMITED("broadcast or unknown frames beyond the limit"),
    BACKEND_ERROR("frames that the network interface of the I/O host refused");

    private final String meaning;

    NetDrop(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
