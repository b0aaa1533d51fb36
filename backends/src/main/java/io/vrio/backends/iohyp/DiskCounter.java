// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.common.counter.CounterId;

/** What is counted per disk since this process started. */
public enum DiskCounter implements CounterId {
    READS("a READ has ended well"),
    WRITES("a WRITE has ended well"),
    FLUSHES("a FLUSH has ended well"),
    DISCARDS("a DISCARD has ended well"),
    ZEROES("a WRITE_ZEROES has ended well"),
    READ_BYTES("a byte was read by a READ that ended well"),
    WRITTEN_BYTES("a byte was written by a WRITE that ended well"),
    ERRORS("a request of any kind has ended with another status than OK"),
    REFUSED("a request came after its server had lost or given back the disk"),
    CLAIMS("a server has claimed the disk"),
    TAKEOVERS("a restarted server took the disk from its own former life");

    private final String meaning;

    DiskCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
