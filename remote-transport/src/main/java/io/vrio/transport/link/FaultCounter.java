// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.CounterId;

/** What a {@link FaultyLink} has done. */
public enum FaultCounter implements CounterId {
    LOST("a frame was thrown away"),
    DUPLICATED("a frame was delivered twice"),
    DELAYED("a frame was held back so that others may overtake it"),
    CORRUPTED("bits of a frame were flipped"),
    TRUNCATED("the end of a frame was cut off"),
    REPLAYED("an earlier frame was delivered once more"),
    OVERFLOWED("a frame was lost because too many were under way");

    private final String meaning;

    FaultCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
