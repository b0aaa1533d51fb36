// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.LinkCounter;
import io.vrio.transport.wire.FrameHeader;
import java.util.ArrayDeque;
import java.util.SplittableRandom;

/**
 * Somebody on the wire in front of one end, who sees all frames and adds his own, with right
 * checksums: changed copies, which come before the true ones, RST and FIN with right numbers, and
 * what this end has sent itself. Not for associations that are not sealed.
 */
final class Intruder implements Link {
    private static final int MILLION = 1_000_000;
    private static final int VOUCHED_FOR = 2;
    private static final int TCP_SEQUENCE = 48;
    private static final int TCP_FLAGS = 57;

    private final Link inner;
    private final SplittableRandom random;
    private final NativeBuffer scratch = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private byte[] lastSent;
    private int ppm;

    Intruder(Link inner, long seed) {
        this.inner = inner;
        random = new SplittableRandom(seed);
    }

    /** Of how many frames in a million he makes something. */
    void ppm(int newPpm) {
        ppm = newPpm;
    }

    @Override
    public boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        if (ppm > 0) {
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
            boolean isChosen = length > 0 && ppm > 0 && random.nextInt(MILLION) < ppm;
            if (!isChosen) {
                return length;
            }
            buffer.copyTo(0, scratch.slice(), 0, length);
            byte[] frame = copy(length);
            waiting.add(forge(frame.clone()));
            waiting.add(frame);
        }
        byte[] frame = waiting.remove();
        buffer.putBytes(0, frame, 0, frame.length);
        return frame.length;
    }

    /** Whether there is more than what the wire below holds. */
    boolean isReadable() {
        return !waiting.isEmpty();
    }

    private byte[] copy(int length) {
        byte[] frame = new byte[length];
        scratch.slice().getBytes(0, frame, 0, length);
        return frame;
    }

    private byte[] forge(byte[] frame) {
        frame[0] = VOUCHED_FOR;
        if (frame.length < FrameHeader.RST_LENGTH) {
            return frame;
        }
        return switch (random.nextInt(4)) {
            case 0 -> flip(frame, FrameHeader.DATA_LENGTH, frame.length);
            case 1 -> flip(frame, TCP_SEQUENCE, Math.min(frame.length, FrameHeader.DATA_LENGTH));
            case 2 -> end(frame);
            default -> lastSent == null ? frame : reflect(lastSent.clone());
        };
    }

    private byte[] flip(byte[] frame, int from, int to) {
        for (int i = 0; from < to && i <= random.nextInt(3); i++) {
            frame[random.nextInt(from, to)] ^= (byte) (1 << random.nextInt(8));
        }
        return frame;
    }

    private byte[] end(byte[] frame) {
        frame[TCP_FLAGS] |= (byte) (random.nextBoolean() ? FrameHeader.RST : FrameHeader.FIN);
        return frame;
    }

    /** Back to its sender: Ethernet addresses, IP addresses and ports change places. */
    private static byte[] reflect(byte[] frame) {
        frame[0] = VOUCHED_FOR;
        swap(frame, 10, 16, 6);
        swap(frame, 36, 40, 4);
        swap(frame, 44, 46, 2);
        return frame;
    }

    private static void swap(byte[] frame, int one, int other, int length) {
        for (int i = 0; i < length; i++) {
            byte kept = frame[one + i];
            frame[one + i] = frame[other + i];
            frame[other + i] = kept;
        }
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
    public int descriptor() {
        return inner.descriptor();
    }

    @Override
    public Counters<LinkCounter> counters() {
        return inner.counters();
    }

    @Override
    public void close() {
        waiting.clear();
        inner.close();
        scratch.close();
    }
}
