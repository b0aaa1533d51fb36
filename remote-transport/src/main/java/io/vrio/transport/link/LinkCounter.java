// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.CounterId;

/** What a link counts. */
public enum LinkCounter implements CounterId {
    SENT_FRAMES("a frame, whole or super, was given to the wire"),
    SENT_BYTES("a byte of such a frame, virtio_net_hdr not included"),
    SEND_NO_ROOM("a frame was not sent: the socket's buffer or the wire's queue was full"),
    SEND_NO_MEMORY("a frame was not sent: the kernel or the device had no buffer (ENOBUFS)"),
    SEND_LINK_DOWN("a frame was not sent: the interface is down or gone"),
    SEND_BAD_MEMORY("a frame was not sent: its payload lies in memory that was taken away"),
    SEND_TOO_LARGE("a frame was not sent: it is larger than the interface takes"),
    SEND_FAILED("a frame was not sent for any other reason"),
    SENT_TO_NOBODY("a sent frame was lost: no station of a wire in memory has its address"),
    RECEIVED_FRAMES("a frame was received"),
    RECEIVED_BYTES("a byte of such a frame, virtio_net_hdr not included"),
    RECEIVE_CUT("a received frame was dropped: it is larger than the buffer"),
    RECEIVE_OVERRUN("a frame was lost: too many wait to be received"),
    RECEIVE_FAILED("receiving failed, for example because the interface went down");

    private final String meaning;

    LinkCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
