// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.MemorySlice;
import java.util.Random;
import java.util.stream.IntStream;

/** A fixture: damages a frame and reads it, of either version of IP. */
final class FrameDamage {
    private static final int COUNT = 20_000;

    private final MemorySlice memory;
    private final Runnable writeFrame;

    /**
     * @param memory where the frame is
     * @param writeFrame makes it whole again
     */
    FrameDamage(MemorySlice memory, Runnable writeFrame) {
        this.memory = memory;
        this.writeFrame = writeFrame;
    }

    /** Each of these bits, when flipped alone, is noticed. */
    void assertNoticed(IntStream bits, int frameLength) {
        FrameHeader header = new FrameHeader().wrap(memory);
        assertAll(
                bits.mapToObj(
                        bit ->
                                () -> {
                                    flip(bit);
                                    String reason = header.invalidReason(frameLength);
                                    flip(bit);
                                    assertTrue(reason != null, "bit " + bit);
                                }));
    }

    private void flip(int bit) {
        memory.putByte(bit / 8, (byte) (memory.getByte(bit / 8) ^ 1 << bit % 8));
    }

    /** Reads frames of random lengths that are random bytes from {@code first} on. */
    void readRandom(Random random, int first) {
        for (int i = 0; i < COUNT; i++) {
            MemorySlice frame = begin(random);
            for (int at = first; at < frame.length(); at++) {
                frame.putByte(at, (byte) random.nextInt());
            }
            read(frame, random);
        }
    }

    /** Reads frames of random lengths with some wrong bytes. */
    void readMutated(Random random) {
        for (int i = 0; i < COUNT; i++) {
            MemorySlice frame = begin(random);
            int mutations = frame.length() == 0 ? 0 : random.nextInt(6);
            for (int m = 0; m < mutations; m++) {
                frame.putByte(random.nextInt((int) frame.length()), (byte) random.nextInt());
            }
            read(frame, random);
        }
    }

    /** The slice ends where the frame ends: a read outside of it throws. */
    private MemorySlice begin(Random random) {
        writeFrame.run();
        return new MemorySlice().wrap(memory, 0, random.nextInt(FrameHeader.HEADERS_MAX + 40));
    }

    private void read(MemorySlice frame, Random random) {
        // The kernel's word for the sums lets more of the frames pass to the end.
        memory.putByte(FrameHeader.VNET_FLAGS, (byte) random.nextInt(4));
        FrameHeader header = new FrameHeader().wrap(frame);
        int length = (int) frame.length();
        if (header.invalidReason(length) == null) {
            header.source();
            header.destination();
            header.window();
            header.superFrameStart48();
            header.superFrameOffset();
            int end = header.payloadOffset() + header.payloadLength();
            assertTrue(header.payloadLength() >= 0 && end <= length);
        }
    }
}
