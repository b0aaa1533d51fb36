// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;

/** One end of a wire in memory, for tests and the simulation. Both ends belong to one thread. */
public final class MemoryLink implements Link {
    /** What the wire does to a frame larger than its MTU. */
    public enum Segmentation {
        /** Passes super-frames whole, as veth does. */
        WHOLE,
        /** Cuts them into MTU pieces, as TSO does. */
        CUT
    }

    /**
     * @param mtu the IP MTU of both ends
     * @param framesMax frames under way in one direction; more are dropped by the wire
     */
    public record Options(int mtu, Segmentation segmentation, int framesMax) {}

    private MemoryLink() {}

    /** A new wire; this is its one end, {@link #peer} the other. */
    public static MemoryLink pair(Options options) {
        throw new UnsupportedOperationException();
    }

    /** The other end. */
    public MemoryLink peer() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int mtu() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long hardwareAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int receive(MemorySlice buffer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int descriptor() {
        return -1;
    }

    @Override
    public Counters<LinkCounter> counters() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
