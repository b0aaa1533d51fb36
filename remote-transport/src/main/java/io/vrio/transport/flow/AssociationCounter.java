// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.counter.CounterId;

/** What an association counts. */
public enum AssociationCounter implements CounterId {
    FRAMES_SENT("a super-frame was sent for the first time"),
    FRAMES_EARLY("a super-frame was full, and sent before all that was ready had been looked at"),
    NIC_FRAMES_SENT("a super-frame with frames of NICs was sent; it is never sent again"),
    BYTES_SENT("a byte of a super-frame was sent for the first time"),
    FRAMES_RECEIVED("a super-frame was received whole and accepted"),
    BYTES_RECEIVED("a byte of an accepted super-frame was received"),
    ACKS_SENT("a super-frame carried nothing but an acknowledgement"),
    PIECES_RESENT("a hole of a super-frame was sent again"),
    BYTES_RESENT("a byte was sent again"),
    PROBES_SENT("nothing was heard for a time-out, and what was sent last was sent again"),
    TIMEOUTS("nothing was heard of a third probe, or a later one"),
    SENDS_REFUSED("the link did not take a frame"),
    FRAMES_WITH_LOST_DATA("memory of a frame's data had vanished; zeroes were sent in its place"),
    DUPLICATES("a frame came that had been received before"),
    DROPPED_OUT_OF_CREDIT("a frame used sequences that were never granted"),
    DROPPED_STALE("a frame overlapped what had been received or given up"),
    DROPPED_NO_ROOM("a piece found no free reassembly buffer or too many holes"),
    DROPPED_WRONG_TAG("a super-frame was not for this association"),
    DROPPED_MALFORMED("a super-frame's header was not valid"),
    DROPPED_FORGED("a super-frame was not sealed by the peer, or was changed on its way"),
    MTU_LOWERED("the path did not carry frames of the agreed size: shorter ones are sent"),
    WAITS_FOR_CREDIT("data waited because the peer granted no more sequences");

    private final String meaning;

    AssociationCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
