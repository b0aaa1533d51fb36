// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.LinkLayer;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.IpVersion;
import java.util.ArrayDeque;
import java.util.SplittableRandom;

/**
 * Somebody on the wire in front of one end, who sees all frames that come here and adds his own,
 * with right checksums, when a frame comes and at other times. What he repeats unchanged may be of
 * any age, and he may do that to every association; forging is for sealed ones alone.
 */
final class Intruder implements LinkLayer {
    private static final int MILLION = 1_000_000;
    private static final int VOUCHED_FOR = 2;
    private static final int ADDRESSES = 10;
    private static final int ADDRESSES_LENGTH = 12;
    private static final int ETHERNET_TYPE = 22;
    private static final int IPV4_ADDRESSES = 36;
    private static final int IPV4_ADDRESSES_END = 44;
    private static final int IPV6_ADDRESSES = 32;
    private static final int TCP_SEQUENCE = 48;
    private static final int TCP_FLAGS = 57;
    private static final int TCP_OPTIONS_START = 68;
    private static final int TCP_OPTIONS_LENGTH = 74;
    private static final int SEQUENCE_IN_HEADER = 8;

    /** Bytes of a super-frame's header, and some of what follows. */
    private static final int HEADER_AND_MORE = 64;

    /** He says something of his own so often, at least, while he is there. */
    private static final long PAUSE_MAX_NS = 200_000_000L;

    private final Link inner;
    private final NanoClock clock;
    private final SplittableRandom random;
    private final NativeBuffer scratch = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private final FrameArchive archive;

    /** How much further than over IPv4 everything behind the IP header stands. */
    private int shift;

    private byte[] lastSent;
    private byte[] lastCome;
    private int forgingPpm;
    private int replayingPpm;
    private long nextNs;
    private long added;

    Intruder(Link inner, NanoClock clock, long seed) {
        this.inner = inner;
        this.clock = clock;
        random = new SplittableRandom(seed);
        archive = new FrameArchive(random.split());
    }

    /**
     * From now on he is there.
     *
     * @param newForgingPpm of how many frames in a million he makes something else
     * @param newReplayingPpm to how many he adds one that he has recorded, however long ago
     */
    void rates(int newForgingPpm, int newReplayingPpm) {
        forgingPpm = newForgingPpm;
        replayingPpm = newReplayingPpm;
        setNext();
    }

    private void setNext() {
        nextNs = clock.nanoTime() + random.nextLong(PAUSE_MAX_NS);
    }

    private boolean isThere() {
        return forgingPpm + replayingPpm > 0;
    }

    /** Frames that he has added. */
    long added() {
        return added;
    }

    @Override
    public Link inner() {
        return inner;
    }

    @Override
    public boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        if (forgingPpm > 0) {
            MemorySlice frame = scratch.slice();
            headers.copyTo(0, frame, 0, headersLength);
            if (payloadLength > 0) {
                payload.copyTo(payloadOffset, frame, headersLength, payloadLength);
            }
            lastSent = copy(headersLength + payloadLength);
        }
        return inner.send(headers, headersLength, payload, payloadOffset, payloadLength);
    }

    @Override
    public int receive(MemorySlice buffer) {
        if (waiting.isEmpty()) {
            int length = inner.receive(buffer);
            if (length > 0) {
                buffer.copyTo(0, scratch.slice(), 0, length);
                onFrame(copy(length));
            } else if (isDue(clock.nanoTime())) {
                setNext();
                addOne();
            }
        }
        byte[] frame = waiting.poll();
        if (frame == null) {
            return 0;
        }
        buffer.putBytes(0, frame, 0, frame.length);
        return frame.length;
    }

    /** Records it, and lets his own come before it. */
    private void onFrame(byte[] frame) {
        archive.add(frame);
        lastCome = frame;
        if (forgingPpm > 0 && random.nextInt(MILLION) < forgingPpm) {
            add(forge(frame.clone()));
        }
        boolean isReplayed = replayingPpm > 0 && random.nextInt(MILLION) < replayingPpm;
        // A frame that was cut short on the way is not worth keeping, and may be the first.
        if (isReplayed && !archive.isEmpty()) {
            add(archive.any());
        }
        waiting.add(frame);
    }

    /** Something out of nothing. */
    private void addOne() {
        boolean isForged = forgingPpm > 0 && lastCome != null && random.nextBoolean();
        if (isForged) {
            add(forge(lastCome.clone()));
        } else {
            add(archive.any());
        }
    }

    private void add(byte[] frame) {
        waiting.add(frame);
        added++;
    }

    private boolean isDue(long nowNs) {
        return isThere() && !archive.isEmpty() && nextNs - nowNs <= 0;
    }

    /** When he says something of his own, or {@code Agent.NO_DEADLINE}. */
    long nextDeadlineNs() {
        return isThere() && !archive.isEmpty() ? nextNs : Agent.NO_DEADLINE;
    }

    /** Whether there is more than what the wire below holds. */
    boolean isReadable(long nowNs) {
        return !waiting.isEmpty() || isDue(nowNs);
    }

    private byte[] copy(int length) {
        byte[] frame = new byte[length];
        scratch.slice().getBytes(0, frame, 0, length);
        return frame;
    }

    private byte[] forge(byte[] frame) {
        frame[0] = VOUCHED_FOR;
        shift = frame[ETHERNET_TYPE] == (byte) 0x86 ? IpVersion.V6.shift() : 0;
        int length = frame.length;
        if (length < FrameHeader.RST_LENGTH + shift) {
            return frame;
        }
        int data = FrameHeader.DATA_LENGTH + shift;
        return switch (random.nextInt(8)) {
            case 0 -> flip(frame, data, length);
            case 1 -> flip(frame, TCP_SEQUENCE + shift, Math.min(length, data));
            // More often than others: it is cheap, and what the peer says soon may hide it.
            case 2, 5, 6 -> end(frame);
            case 3 -> lastSent == null ? frame : reflect(lastSent.clone());
            case 4 -> {
                yield flip(frame, data, Math.min(length, data + HEADER_AND_MORE));
            }
            default -> renew(archive.any().clone(), frame);
        };
    }

    private byte[] flip(byte[] frame, int from, int to) {
        for (int i = 0; from < to && i <= random.nextInt(3); i++) {
            frame[random.nextInt(from, to)] ^= (byte) (1 << random.nextInt(8));
        }
        return frame;
    }

    private byte[] end(byte[] frame) {
        frame[TCP_FLAGS + shift] |=
                (byte) (random.nextBoolean() ? FrameHeader.RST : FrameHeader.FIN);
        return frame;
    }

    /** Back to its sender: Ethernet addresses, IP addresses and ports change places. */
    private byte[] reflect(byte[] frame) {
        frame[0] = VOUCHED_FOR;
        swap(frame, 10, 16, 6);
        int addressLength = (IPV4_ADDRESSES_END + shift - ipAddresses()) / 2;
        swap(frame, ipAddresses(), ipAddresses() + addressLength, addressLength);
        swap(frame, 44 + shift, 46 + shift, 2);
        return frame;
    }

    private int ipAddresses() {
        return shift == 0 ? IPV4_ADDRESSES : IPV6_ADDRESSES;
    }

    private static void swap(byte[] frame, int one, int other, int length) {
        for (int i = 0; i < length; i++) {
            byte kept = frame[one + i];
            frame[one + i] = frame[other + i];
            frame[other + i] = kept;
        }
    }

    /** An old super-frame in the place of a new one: ports, sequences and tag are right. */
    private byte[] renew(byte[] old, byte[] present) {
        int header = FrameHeader.DATA_LENGTH + shift;
        if (old.length < header + HEADER_AND_MORE || present.length < header + HEADER_AND_MORE) {
            return old;
        }
        old[0] = VOUCHED_FOR;
        copy(present, old, ADDRESSES, ADDRESSES + ADDRESSES_LENGTH);
        copy(present, old, ipAddresses(), TCP_FLAGS + shift);
        copy(present, old, TCP_OPTIONS_START + shift, TCP_OPTIONS_LENGTH + shift);
        // The tag of the receiver, then the 64 bits of the sequence.
        copy(present, old, header + 4, header + 4 + SEQUENCE_IN_HEADER + 4);
        return old;
    }

    private static void copy(byte[] from, byte[] to, int start, int limit) {
        System.arraycopy(from, start, to, start, limit - start);
    }

    @Override
    public void close() {
        waiting.clear();
        inner.close();
        scratch.close();
    }
}
