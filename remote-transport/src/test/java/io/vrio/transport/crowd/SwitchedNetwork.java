// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.crowd;

import io.vrio.common.clock.NanoClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.LinkCounter;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.Segmenter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A switch and cables that take time: every station has a NIC and a port of the switch, each sends
 * at the link's rate what waits in its queue, and a full queue drops. One thread, a manual clock.
 */
final class SwitchedNetwork implements AutoCloseable {
    /**
     * @param mtu the IP MTU
     * @param bytesPerSecond rate of every NIC and every port, Ethernet headers counted
     * @param portBytes what waits in one port of the switch; more is dropped
     * @param delayNs how long a frame takes from NIC to NIC beyond queues and its own length
     * @param lossPpm of a million frames so many are lost, whatever waits
     */
    record Options(int mtu, long bytesPerSecond, long portBytes, long delayNs, int lossPpm) {}

    /** Bytes that wait in a host for its own NIC; then sending is refused: a socket's buffer. */
    private static final long NIC_BYTES = 8 << 20;

    /** Bytes that wait in a host for its process; then they are dropped: a socket's buffer. */
    private static final long SOCKET_BYTES = 32 << 20;

    private static final long FIRST_ADDRESS = 0x02_00_00_00_00_01L;
    private static final int MILLION = 1_000_000;

    private final Options options;
    private final NanoClock clock;
    private final SplittableRandom random;
    private final List<Station> stations = new ArrayList<>();
    private final PriorityQueue<Flying> towardsSwitch = new PriorityQueue<>(Flying.BY_TIME);
    private long order;
    private long dropped;

    private record Flying(byte[] frame, Station to, long dueNs, long order) {
        static final Comparator<Flying> BY_TIME =
                (a, b) -> Long.signum(a.dueNs != b.dueNs ? a.dueNs - b.dueNs : a.order - b.order);
    }

    SwitchedNetwork(Options options, NanoClock clock, long seed) {
        this.options = options;
        this.clock = clock;
        random = new SplittableRandom(seed);
    }

    Station addStation() {
        Station station = new Station(FIRST_ADDRESS + stations.size());
        stations.add(station);
        return station;
    }

    /** Frames that found a full queue in the switch. */
    long dropped() {
        return dropped;
    }

    private long durationNs(long bytes) {
        return bytes * 1_000_000_000L / options.bytesPerSecond;
    }

    /** Has the switch take what has arrived at it by now. */
    private void forward() {
        while (!towardsSwitch.isEmpty() && towardsSwitch.peek().dueNs - clock.nanoTime() <= 0) {
            Flying flying = towardsSwitch.remove();
            flying.to.enqueue(flying);
        }
    }

    @Override
    public void close() {
        stations.forEach(Station::close);
    }

    /** A queue that is emptied at the rate of the link. */
    private final class Queue {
        private final long bytesMax;
        private long freeNs;

        Queue(long bytesMax) {
            this.bytesMax = bytesMax;
        }

        /** Returns when the frame has left, or -1 when there was no room. */
        long pass(long bytes, long atNs) {
            long waitNs = Math.max(0, freeNs - atNs);
            if (waitNs + durationNs(bytes) > durationNs(bytesMax)) {
                return -1;
            }
            freeNs = atNs + waitNs + durationNs(bytes);
            return freeNs;
        }

        long waitNs(long atNs) {
            return Math.max(0, freeNs - atNs);
        }
    }

    /** A host's NIC, its cable, and its port of the switch. */
    final class Station implements Link {
        private final long address;
        private final Queue nic = new Queue(NIC_BYTES);
        private final Queue port = new Queue(options.portBytes);
        private final ArrayDeque<Flying> arriving = new ArrayDeque<>();
        private final NativeBuffer whole = new NativeBuffer(FrameHeader.FRAME_MAX);
        private final NativeBuffer piece = new NativeBuffer(FrameHeader.FRAME_MAX);
        private final FrameHeader header = new FrameHeader();
        private final Counters<LinkCounter> counters = new Counters<>(LinkCounter.class);
        private long arrivingBytes;
        private int receivesLeft = Integer.MAX_VALUE;

        Station(long address) {
            this.address = address;
        }

        /** Its process receives no more than so many frames until the next call. */
        void receivesLeft(int frames) {
            receivesLeft = frames;
        }

        /** How long what is sent to it now waits in the switch. */
        long portWaitNs() {
            return port.waitNs(clock.nanoTime());
        }

        /** How long what it sends now waits for its NIC. */
        long nicWaitNs() {
            return nic.waitNs(clock.nanoTime());
        }

        @Override
        public int mtu() {
            return options.mtu;
        }

        @Override
        public long hardwareAddress() {
            return address;
        }

        @Override
        public boolean send(
                MemorySlice headers,
                int headersLength,
                SliceList payload,
                long payloadOffset,
                int payloadLength) {
            int length = headersLength + payloadLength;
            if (nic.waitNs(clock.nanoTime()) + durationNs(length) > durationNs(NIC_BYTES)) {
                counters.increment(LinkCounter.SEND_NO_ROOM);
                return false;
            }
            headers.copyTo(0, whole.slice(), 0, headersLength);
            if (payloadLength > 0) {
                payload.copyTo(payloadOffset, whole.slice(), headersLength, payloadLength);
            }
            counters.increment(LinkCounter.SENT_FRAMES);
            if (!Segmenter.isSuperFrame(whole.slice())) {
                Segmenter.complete(whole.slice(), length);
                depart(whole.slice(), length);
                return true;
            }
            int count = Segmenter.count(whole.slice(), length);
            for (int i = 0; i < count; i++) {
                depart(piece.slice(), Segmenter.cut(whole.slice(), length, i, piece.slice()));
            }
            return true;
        }

        private void depart(MemorySlice memory, int length) {
            byte[] frame = new byte[length];
            memory.getBytes(0, frame, 0, length);
            long to = header.wrap(memory).destinationHardwareAddress() - FIRST_ADDRESS;
            long leftNs = nic.pass(wireLength(frame), clock.nanoTime());
            boolean isLost = options.lossPpm > 0 && random.nextInt(MILLION) < options.lossPpm;
            if (leftNs >= 0 && !isLost) {
                long dueNs = leftNs + options.delayNs / 2;
                towardsSwitch.add(new Flying(frame, stations.get((int) to), dueNs, order++));
            }
        }

        private long wireLength(byte[] frame) {
            return frame.length - FrameHeader.VNET_LENGTH;
        }

        private void enqueue(Flying flying) {
            long length = wireLength(flying.frame);
            long leftNs = port.pass(length, flying.dueNs);
            if (leftNs < 0 || arrivingBytes + length > SOCKET_BYTES) {
                dropped++;
                return;
            }
            arrivingBytes += length;
            long dueNs = leftNs + options.delayNs / 2;
            arriving.add(new Flying(flying.frame, this, dueNs, flying.order));
        }

        @Override
        public int receive(MemorySlice buffer) {
            forward();
            Flying next = arriving.peek();
            if (next == null || next.dueNs - clock.nanoTime() > 0 || receivesLeft == 0) {
                return 0;
            }
            receivesLeft--;
            arriving.remove();
            arrivingBytes -= wireLength(next.frame);
            buffer.putBytes(0, next.frame, 0, next.frame.length);
            return next.frame.length;
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
            whole.close();
            piece.close();
        }
    }
}
