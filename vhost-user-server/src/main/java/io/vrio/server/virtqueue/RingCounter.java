// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.counter.CounterId;

/** How guests break the rules of their rings. The first group stops the queue. */
public enum RingCounter implements CounterId {
    AVAIL_IDX_JUMP(true, "The guest moved avail.idx by more than the ring's size."),
    HEAD_OUT_OF_RANGE(true, "A head index is not below the ring's size."),
    HEAD_IN_FLIGHT(true, "A chain was made available again before it was given back."),
    CHAIN_WITHOUT_END(true, "A chain of a packed ring has more descriptors than are free there."),

    CHAIN_TOO_LONG(false, "A chain has more descriptors or bytes than are allowed."),
    NEXT_OUT_OF_RANGE(false, "A descriptor's next index is not below the table's size."),
    NOT_MAPPED(false, "A descriptor names memory that is in no region of the memory table."),
    READABLE_AFTER_WRITABLE(false, "A readable descriptor follows a writable one."),
    INDIRECT_NOT_NEGOTIATED(false, "An indirect descriptor came without INDIRECT_DESC."),
    INDIRECT_NESTED(false, "An indirect table holds an indirect descriptor."),
    INDIRECT_WITH_NEXT(false, "An indirect descriptor is not the last one of its table."),
    INDIRECT_LENGTH(false, "An indirect table's length is 0, too big or not a multiple of 16.");

    private final boolean isRingFault;
    private final String meaning;

    RingCounter(boolean isRingFault, String meaning) {
        this.isRingFault = isRingFault;
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    /** Whether the ring as a whole cannot be trusted any more, not just one chain. */
    public boolean isRingFault() {
        return isRingFault;
    }
}
