// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.wire.FrameHeader;

/**
 * A fixture: one of two stations on a wire that passes frames whole and keeps them in memory made
 * beforehand, so that all garbage is that of those who use it. One thread.
 */
public final class RingLink implements Link {
    /** Limit: frames that wait for one station; more are lost. */
    private static final int FRAMES_MAX = 64;

    private static final int MTU = 1500;

    private final long hardwareAddress;
    private final NativeBuffer memory = new NativeBuffer((long) FRAMES_MAX * FrameHeader.FRAME_MAX);
    private final int[] lengths = new int[FRAMES_MAX];
    private final Counters<LinkCounter> counters = new Counters<>(LinkCounter.class);
    private RingLink peer;
    private int arrived;
    private int taken;
    private boolean isClosed;

    private RingLink(long hardwareAddress) {
        this.hardwareAddress = hardwareAddress;
    }

    /** A new wire with two stations; this is the first, {@link #peer} the other. */
    public static RingLink pair() {
        RingLink first = new RingLink(0x02_00_00_00_00_01L);
        first.peer = new RingLink(0x02_00_00_00_00_02L);
        first.peer.peer = first;
        return first;
    }

    public RingLink peer() {
        return peer;
    }

    private static long offset(int frame) {
        return (long) (frame % FRAMES_MAX) * FrameHeader.FRAME_MAX;
    }

    @Override
    public int mtu() {
        return MTU;
    }

    @Override
    public long hardwareAddress() {
        return hardwareAddress;
    }

    @Override
    public boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        if (peer.isClosed || peer.arrived - peer.taken == FRAMES_MAX) {
            return false;
        }
        long offset = offset(peer.arrived);
        MemorySlice target = peer.memory.slice();
        headers.copyTo(0, target, offset, headersLength);
        if (payloadLength > 0) {
            payload.copyTo(payloadOffset, target, offset + headersLength, payloadLength);
        }
        peer.lengths[peer.arrived++ % FRAMES_MAX] = headersLength + payloadLength;
        return true;
    }

    @Override
    public int receive(MemorySlice buffer) {
        if (taken == arrived) {
            return 0;
        }
        int length = lengths[taken % FRAMES_MAX];
        memory.slice().copyTo(offset(taken++), buffer, 0, length);
        return length;
    }

    @Override
    public int descriptor() {
        return -1;
    }

    @Override
    public Counters<LinkCounter> counters() {
        return counters;
    }

    @Override
    public void close() {
        isClosed = true;
        memory.close();
    }
}
