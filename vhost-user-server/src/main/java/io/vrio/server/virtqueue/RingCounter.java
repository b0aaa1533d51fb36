// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.counter.CounterId;

/** Why a guest's chain was dropped or its ring was stopped. */
public enum RingCounter implements CounterId {
    RING_NOT_MAPPED("The ring lies in no region of the memory table."),
    AVAIL_IDX_JUMP("The guest moved avail.idx by more than the ring's size."),
    HEAD_OUT_OF_RANGE("A head index in the avail ring is not below the ring's size."),
    HEAD_IN_FLIGHT("The guest made a chain available again that it has not got back yet.");

    private final String meaning;

    RingCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    /** Whether the ring as a whole cannot be trusted any more, not just one chain. */
    public boolean isRingFault() {
        return true;
    }
}
