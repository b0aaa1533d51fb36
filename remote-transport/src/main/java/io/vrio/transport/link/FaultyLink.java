// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.Segmenter;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Damages what it receives from another link: loses, repeats, delays, corrupts, cuts off and
 * replays frames, at rates that may change while it runs. The same seed, clock and frames give the
 * same faults. Put it around the receiving end, so that it sees the segments on the wire.
 */
public final class FaultyLink implements LinkLayer {
    /** Limit: frames under way; more are lost, as in a switch whose buffer is full. */
    private static final int FRAMES_MAX = 8192;

    /** Limit: frames that are remembered for a replay; the oldest is forgotten. */
    private static final int HISTORY = 256;

    /** Limit: bits from the first to the last that one corruption changes. */
    private static final int BURST_BITS = 15;

    private static final int MILLION = 1_000_000;

    private record Held(byte[] frame, long dueNs, long order) {
        static final Comparator<Held> BY_TIME =
                (a, b) -> Long.signum(a.dueNs != b.dueNs ? a.dueNs - b.dueNs : a.order - b.order);
    }

    private final Link inner;
    private final NanoClock clock;
    private final SplittableRandom random;
    private final NativeBuffer incoming = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final PriorityQueue<Held> held = new PriorityQueue<>(Held.BY_TIME);
    private final byte[][] history = new byte[HISTORY][];
    private final Counters<FaultCounter> faultCounters = new Counters<>(FaultCounter.class);
    private Faults faults = Faults.NONE;
    private long frames;
    private long order;

    /** Without faults until {@link #faults} is called. */
    public FaultyLink(Link inner, NanoClock clock, long seed) {
        this.inner = inner;
        this.clock = clock;
        random = new SplittableRandom(seed);
    }

    /** What happens to frames sent from now on; those under way have met their fate. */
    public void faults(Faults faults) {
        takeIn();
        this.faults = faults;
    }

    /** How often what has happened. */
    public Counters<FaultCounter> faultCounters() {
        return faultCounters;
    }

    /**
     * When the next frame under way is due on the clock, or {@code Agent.NO_DEADLINE}. Takes in
     * what waits in the link below, so it is right even between calls of receive.
     */
    public long nextDeadlineNs() {
        takeIn();
        return held.isEmpty() ? Agent.NO_DEADLINE : held.peek().dueNs;
    }

    @Override
    public Link inner() {
        return inner;
    }

    @Override
    public int receive(MemorySlice buffer) {
        takeIn();
        while (!held.isEmpty() && held.peek().dueNs - clock.nanoTime() <= 0) {
            byte[] frame = held.remove().frame;
            if (frame.length <= buffer.length()) {
                buffer.putBytes(0, frame, 0, frame.length);
                return frame.length;
            }
            counters().increment(LinkCounter.RECEIVE_CUT);
        }
        return 0;
    }

    private void takeIn() {
        for (int i = 0; i < FRAMES_MAX; i++) {
            int length = inner.receive(incoming.slice());
            if (length == 0) {
                return;
            }
            onFrame(length);
        }
    }

    private void onFrame(int length) {
        byte[] frame = copy(length);
        history[(int) (frames++ % HISTORY)] = frame;
        if (happens(faults.replayPpm(), FaultCounter.REPLAYED)) {
            int age = random.nextInt((int) Math.min(frames, HISTORY));
            hold(history[(int) ((frames - 1 - age) % HISTORY)]);
        }
        if (happens(faults.lossPpm(), FaultCounter.LOST)) {
            return;
        }
        if (happens(faults.duplicationPpm(), FaultCounter.DUPLICATED)) {
            hold(frame);
        }
        if (happens(faults.corruptionPpm(), FaultCounter.CORRUPTED)) {
            corrupt(length);
            frame = copy(length);
        }
        if (happens(faults.truncationPpm(), FaultCounter.TRUNCATED)) {
            int shortest = FrameHeader.VNET_LENGTH + FrameHeader.ETHERNET_LENGTH;
            frame = copy(random.nextInt(shortest, length));
        }
        hold(frame);
    }

    private byte[] copy(int length) {
        byte[] frame = new byte[length];
        incoming.slice().getBytes(0, frame, 0, length);
        return frame;
    }

    private boolean happens(int ppm, FaultCounter what) {
        // No draw for a fault that is off: switching one on does not change the others' luck.
        boolean isChosen = ppm > 0 && random.nextInt(MILLION) < ppm;
        if (isChosen) {
            faultCounters.increment(what);
        }
        return isChosen;
    }

    /**
     * Flips a burst of bits after the virtio_net_hdr. It is no longer than what the checksums of IP
     * and TCP always detect: what escapes a checksum is tested where messages are protected.
     */
    private void corrupt(int length) {
        MemorySlice frame = incoming.slice();
        // On a wire every sum is complete, and no one vouches for it.
        Segmenter.complete(frame, length);
        int bits = (length - FrameHeader.VNET_LENGTH) * 8;
        int first = random.nextInt(bits);
        int last = Math.min(bits - 1, first + random.nextInt(BURST_BITS));
        flip(frame, first);
        for (int bit = first + 1; bit <= last; bit++) {
            if (random.nextBoolean()) {
                flip(frame, bit);
            }
        }
    }

    private static void flip(MemorySlice frame, int bit) {
        long at = FrameHeader.VNET_LENGTH + bit / 8;
        frame.putByte(at, (byte) (frame.getByte(at) ^ 0x80 >> bit % 8));
    }

    private void hold(byte[] frame) {
        if (held.size() >= FRAMES_MAX) {
            faultCounters.increment(FaultCounter.OVERFLOWED);
            return;
        }
        long dueNs = clock.nanoTime() + faults.delayNs();
        if (faults.jitterNs() > 0 && happens(faults.jitterPpm(), FaultCounter.DELAYED)) {
            dueNs += random.nextLong(faults.jitterNs()) + 1;
        }
        held.add(new Held(frame, dueNs, order++));
    }

    @Override
    public void close() {
        held.clear();
        inner.close();
        incoming.close();
    }
}
