// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.counter.CounterId;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a NIC counts on the I/O host, beside its drops. */
public enum NicCounter implements CounterId {
    FRAMES_FROM_GUEST("frames of the guest that were sent on, super-frames counted once"),
    BYTES_FROM_GUEST("bytes of such frames, Ethernet headers included"),
    FRAMES_TO_GUEST("frames that were given to the guest, super-frames counted once"),
    BYTES_TO_GUEST("bytes of such frames, Ethernet headers included");

    private final String meaning;

    NicCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    /** Both kinds by name; each reason of a drop as {@code dropped_<reason>}. */
    public static Map<String, Long> snapshot(
            Counters<NicCounter> counters, Counters<NetDrop> drops) {
        Map<String, Long> all = new LinkedHashMap<>(counters.snapshot());
        drops.snapshot().forEach((reason, count) -> all.put("dropped_" + reason, count));
        return all;
    }
}
