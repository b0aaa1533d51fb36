// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.ManualClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.FaultCounter;
import io.vrio.transport.link.Faults;
import io.vrio.transport.link.FaultyLink;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.LinkLayer;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A server and an IOhyp at the ends of a wire that loses frames: the server keeps requests in
 * flight, the IOhyp answers each after a while. Each end takes its time for every frame. All on one
 * manual clock, so a time is a fact and not a measurement.
 */
final class LossyPath implements AutoCloseable {
    static final long US = 1000;

    /** From one end to the other. */
    static final long WAY_NS = 15 * US;

    /** What the IOhyp needs for a request. */
    static final long SERVICE_NS = 5 * US;

    private static final long FRAME_NS = 1500;
    private static final int FRAMES_PER_CYCLE = 64;
    private static final int BUFFERS = 256;
    private static final int TAG = 9;
    private static final int FLOW = 1;
    private static final int HEADER = 32;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final FrameBufferPool buffers = new FrameBufferPool(BUFFERS);
    private final MemoryLink wire =
            MemoryLink.pair(new MemoryLink.Options(1500, Segmentation.CUT, 8192));
    private final NativeBuffer data = new NativeBuffer(2 << 20);
    private final Host server;
    private final Host iohyp;
    private final int writtenLength;
    private final int readLength;
    private final List<Long> latenciesNs = new ArrayList<>();

    /** Loses chosen frames. */
    private static final class Choosy implements LinkLayer {
        private final Link inner;
        private final BitSet lost = new BitSet();
        private int frames;

        Choosy(Link inner) {
            this.inner = inner;
        }

        @Override
        public Link inner() {
            return inner;
        }

        @Override
        public int receive(MemorySlice buffer) {
            int length = inner.receive(buffer);
            while (length > 0 && lost.get(frames++)) {
                length = inner.receive(buffer);
            }
            return length;
        }
    }

    /** One end. */
    private final class Host {
        private final Choosy choosy;
        private final FaultyLink link;
        private final Association association;
        private final FrameHeader header = new FrameHeader();
        private final ArrayDeque<OutboundMessage> idle = new ArrayDeque<>();
        private final List<OutboundMessage> all = new ArrayList<>();
        private long freeNs = clock.nanoTime();
        private boolean hasMore;

        Host(MemoryLink end, Endpoint local, Endpoint remote, long seed, SegmentHandler handler) {
            choosy = new Choosy(end);
            link = new FaultyLink(choosy, clock, seed);
            link.faults(Faults.NONE.withDelayNs(WAY_NS));
            AssociationSetup setup = new AssociationSetup(local, remote, 1000, 1000, TAG, 1500);
            association = new Association(setup, end, buffers, clock, handler);
            association.remoteTag(TAG);
        }

        OutboundMessage message() {
            if (idle.isEmpty()) {
                all.add(new OutboundMessage(this::onAcknowledged));
                idle.add(all.get(all.size() - 1));
            }
            return idle.remove();
        }

        void onAcknowledged(OutboundMessage message) {
            // A request ends with its answer, an answer with its acknowledgement.
            if (message.kind() == MessageKind.RESPONSE) {
                message.end();
                idle.add(message);
            }
        }

        long nextNs() {
            long nextNs = Agent.earlier(link.nextDeadlineNs(), association.deadlineNs());
            nextNs = hasMore ? freeNs : nextNs;
            return nextNs == Agent.NO_DEADLINE || nextNs - freeNs > 0 ? nextNs : freeNs;
        }

        void work() {
            long nowNs = clock.nanoTime();
            if (freeNs - nowNs > 0) {
                return;
            }
            freeNs = nowNs + receive() * FRAME_NS;
            hasMore = association.transmit(nowNs) > 0;
        }

        private int receive() {
            FrameBuffer buffer = buffers.take();
            int count = 0;
            while (count < FRAMES_PER_CYCLE && link.receive(buffer.slice()) > 0) {
                association.onFrame(header.wrap(buffer.slice()), buffer);
                buffer.release();
                buffer = buffers.take();
                count++;
            }
            buffer.release();
            return count;
        }

        void close() {
            association.close();
            all.forEach(OutboundMessage::close);
        }
    }

    private record Waiting(int id, long dueNs) {}

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long[] submittedNs = new long[0];
    private OutboundMessage[] requests = new OutboundMessage[0];
    private int[] unheard = new int[0];
    private int[] unanswered = new int[0];
    private long endNs;
    private long thinkNs;
    private long serviceNs = SERVICE_NS;
    private final ArrayDeque<Waiting> thinking = new ArrayDeque<>();

    private LossyPath(int writtenLength, int readLength, long seed) {
        this.writtenLength = writtenLength;
        this.readLength = readLength;
        Endpoint left = new Endpoint(wire.hardwareAddress(), 1, 40_000);
        Endpoint right = new Endpoint(wire.peer().hardwareAddress(), 2, 7000);
        server = new Host(wire, left, right, seed, this::onResponse);
        iohyp = new Host(wire.peer(), right, left, ~seed, this::onRequest);
    }

    static LossyPath reads(int length, long seed) {
        return new LossyPath(0, length, seed);
    }

    static LossyPath writes(int length, long seed) {
        return new LossyPath(length, 0, seed);
    }

    /** What becomes of frames from now on, in both directions. */
    LossyPath lossPpm(int ppm) {
        Faults faults = Faults.NONE.withDelayNs(WAY_NS).withLossPpm(ppm);
        server.link.faults(faults);
        iohyp.link.faults(faults);
        return this;
    }

    /** How long the guest waits before its next request. */
    LossyPath thinkNs(long ns) {
        thinkNs = ns;
        return this;
    }

    /** How long the IOhyp takes from now on. */
    LossyPath serviceNs(long ns) {
        serviceNs = ns;
        return this;
    }

    /** Of the frames that go to the server from now on, these are lost, counted from 0. */
    void loseTowardsServer(int... frames) {
        lose(server, frames);
    }

    void loseTowardsIohyp(int... frames) {
        lose(iohyp, frames);
    }

    private static void lose(Host host, int[] frames) {
        host.link.nextDeadlineNs();
        host.choosy.lost.clear();
        for (int frame : frames) {
            host.choosy.lost.set(host.choosy.frames + frame);
        }
    }

    /** Keeps so many requests in flight for a while; returns how many have ended. */
    int run(int depth, long durationNs) {
        latenciesNs.clear();
        submittedNs = new long[depth];
        requests = new OutboundMessage[depth];
        unheard = new int[depth];
        unanswered = new int[depth];
        endNs = clock.nanoTime() + durationNs;
        for (int i = 0; i < depth; i++) {
            submit(i);
        }
        while (clock.nanoTime() - endNs < 0) {
            step();
        }
        int count = latenciesNs.size();
        drain();
        return count;
    }

    /** How long one request takes from now on. */
    long requestNs() {
        latenciesNs.clear();
        submittedNs = new long[1];
        requests = new OutboundMessage[1];
        unheard = new int[1];
        unanswered = new int[1];
        endNs = clock.nanoTime();
        submit(0);
        drain();
        return latenciesNs.get(0);
    }

    /** Nothing is under way any more. */
    void drain() {
        while (nextNs() != Agent.NO_DEADLINE) {
            step();
        }
    }

    /** The latency below which so much of the last run stayed, in a thousand. */
    long percentileNs(int perMille) {
        List<Long> sorted = latenciesNs.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * perMille / 1000));
    }

    private void step() {
        long nextNs = nextNs();
        clock.advance(Math.max(0, nextNs - clock.nanoTime()));
        while (!waiting.isEmpty() && waiting.peek().dueNs - clock.nanoTime() <= 0) {
            respond(waiting.remove().id);
        }
        while (!thinking.isEmpty() && thinking.peek().dueNs - clock.nanoTime() <= 0) {
            submit(thinking.remove().id);
        }
        iohyp.work();
        server.work();
    }

    private long nextNs() {
        long nextNs = Agent.earlier(server.nextNs(), iohyp.nextNs());
        nextNs = waiting.isEmpty() ? nextNs : Agent.earlier(nextNs, waiting.peek().dueNs);
        return thinking.isEmpty() ? nextNs : Agent.earlier(nextNs, thinking.peek().dueNs);
    }

    private void submit(int slot) {
        submittedNs[slot] = clock.nanoTime();
        requests[slot] = server.message();
        unheard[slot] = HEADER + Math.max(1, writtenLength);
        unanswered[slot] = HEADER + Math.max(1, readLength);
        send(server, requests[slot], MessageKind.REQUEST, slot, writtenLength);
    }

    private void respond(int id) {
        send(iohyp, iohyp.message(), MessageKind.RESPONSE, id, readLength);
    }

    private void send(Host host, OutboundMessage message, MessageKind kind, int id, int length) {
        SliceList list = new SliceList();
        list.add(data.slice(), 0, Math.max(1, length));
        message.begin(kind, FLOW, id, HEADER, list);
        host.association.send(message);
        host.hasMore = true;
    }

    private void onRequest(SegmentHeader segment, FrameBuffer buffer, long offset) {
        unheard[segment.id()] -= segment.segmentLength();
        if (unheard[segment.id()] == 0) {
            waiting.add(new Waiting(segment.id(), clock.nanoTime() + serviceNs));
        }
    }

    private void onResponse(SegmentHeader segment, FrameBuffer buffer, long offset) {
        int slot = segment.id();
        unanswered[slot] -= segment.segmentLength();
        if (unanswered[slot] == 0) {
            latenciesNs.add(clock.nanoTime() - submittedNs[slot]);
            requests[slot].end();
            server.idle.add(requests[slot]);
            if (clock.nanoTime() - endNs < 0) {
                thinking.add(new Waiting(slot, clock.nanoTime() + thinkNs));
            }
        }
    }

    Counters<AssociationCounter> serverCounters() {
        return server.association.counters();
    }

    Counters<AssociationCounter> iohypCounters() {
        return iohyp.association.counters();
    }

    long lost() {
        return server.link.faultCounters().value(FaultCounter.LOST)
                + iohyp.link.faultCounters().value(FaultCounter.LOST);
    }

    RttEstimator serverRtt() {
        return server.association.rtt();
    }

    @Override
    public void close() {
        server.close();
        iohyp.close();
        buffers.close();
        data.close();
    }
}
