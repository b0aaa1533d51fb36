// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.clock.NanoClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;

/**
 * Damages what it receives from another link: loses, repeats, delays, corrupts, cuts off and
 * replays frames, at rates that may change while it runs. The same seed, clock and frames give the
 * same faults. Put it around the receiving end, so that it sees the segments on the wire.
 */
public final class FaultyLink implements Link {
    /**
     * How often what happens to a frame, in frames per million, and how long frames take.
     *
     * @param delayNs how long each frame takes
     * @param jitterNs how much longer a delayed frame takes at most: later ones overtake it
     */
    public record Faults(
            int lossPpm,
            int duplicationPpm,
            int jitterPpm,
            int corruptionPpm,
            int truncationPpm,
            int replayPpm,
            long delayNs,
            long jitterNs) {
        /** A wire without faults and without delay. */
        public static final Faults NONE = new Faults(0, 0, 0, 0, 0, 0, 0, 0);
    }

    private final Link inner;

    /** Without faults until {@link #faults} is called. */
    public FaultyLink(Link inner, NanoClock clock, long seed) {
        this.inner = inner;
    }

    /** What happens to frames that come in from now on; those under way keep their times. */
    public void faults(Faults faults) {
        throw new UnsupportedOperationException();
    }

    /** When the next delayed frame is due on the clock, or {@code Agent.NO_DEADLINE}. */
    public long nextDeadlineNs() {
        throw new UnsupportedOperationException();
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
