// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.flow.Reassembler.Partial;
import io.vrio.transport.message.SuperFrameHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ReassemblerTest {
    private static final int BUFFERS = 80;
    private static final int LENGTH = 1000;
    private static final int TAG = 7;

    private final FrameBufferPool pool = new FrameBufferPool(BUFFERS);
    private final Reassembler reassembler = new Reassembler(pool);
    private final NativeBuffer source = new NativeBuffer(LENGTH);

    @BeforeEach
    void fill() {
        for (int i = 0; i < LENGTH; i++) {
            source.slice().putByte(i, (byte) i);
        }
    }

    @AfterEach
    void close() {
        reassembler.close();
        assertEquals(BUFFERS, pool.available());
        pool.close();
        source.close();
    }

    private Partial add(long start, int offset, int length) {
        return reassembler.add(start, LENGTH, start + offset, source.slice(), offset, length);
    }

    @Test
    void shouldPutPiecesTogetherInAnyOrder() {
        assertFalse(add(5000, 400, 600).isComplete());
        assertFalse(add(5000, 0, 100).isComplete());
        Partial partial = add(5000, 100, 300);
        assertTrue(partial.isComplete());
        assertEquals((byte) 99, partial.buffer().slice().getByte(99));
        assertEquals((byte) 400, partial.buffer().slice().getByte(400));
        assertEquals((byte) 999, partial.buffer().slice().getByte(999));
    }

    @Test
    void shouldTakeAPieceTwice() {
        add(5000, 0, 500);
        assertFalse(add(5000, 0, 500).isComplete());
        assertTrue(add(5000, 400, 600).isComplete());
    }

    @Test
    void shouldSeeAHole() {
        assertFalse(add(5000, 0, 100).hasHole());
        assertTrue(add(5000, 200, 100).hasHole());
        assertFalse(add(5000, 100, 100).hasHole());
        assertTrue(add(9000, 1, 100).hasHole());
    }

    @Test
    void shouldKeepSuperFramesApart() {
        add(5000, 0, 500);
        assertFalse(add(6000, 500, 500).isComplete());
    }

    @Test
    void shouldNotMixPiecesThatDisagreeAboutTheLength() {
        add(5000, 0, 500);
        Partial other = reassembler.add(5000, 600, 5500, source.slice(), 0, 100);
        assertFalse(other.isComplete());
    }

    @Test
    void shouldRefuseTooManySuperFrames() {
        for (int i = 0; i < Reassembler.PARTIALS_MAX; i++) {
            assertNotNull(add(10_000L * i, 0, 1));
        }
        assertNull(add(9_000_000, 0, 1));
        assertNotNull(add(0, 1, 1));
    }

    @Test
    void shouldRefuseTooManyPieces() {
        for (int i = 0; i < Reassembler.RANGES_MAX; i++) {
            assertNotNull(add(0, 10 * i, 1));
        }
        assertNull(add(0, 999, 1));
        assertNotNull(add(0, 1, 1));
    }

    @Test
    void shouldRefuseWhenThePoolIsEmpty() {
        FrameBuffer[] taken = new FrameBuffer[BUFFERS];
        for (int i = 0; i < BUFFERS; i++) {
            taken[i] = pool.take();
        }
        assertNull(add(5000, 0, 100));
        for (FrameBuffer buffer : taken) {
            buffer.release();
        }
    }

    /** Pieces that begin with a header of the peer's. */
    private Partial addOurs(long start, boolean isReliable) {
        source.slice().putByte(0, (byte) 0);
        new SuperFrameHeader().wrap(source.slice(), 0, LENGTH).write(TAG, start, isReliable);
        return add(start, 0, 100);
    }

    @Test
    void shouldKnowWhoseItIsFromItsHeader() {
        addOurs(5000, true);
        assertTrue(reassembler.add(5000, LENGTH, 5999, source.slice(), 0, 1).isOurs(TAG));
        addOurs(6000, true);
        assertFalse(reassembler.add(6000, LENGTH, 6999, source.slice(), 0, 1).isOurs(TAG + 1));
        assertFalse(add(7000, 1, 999).isOurs(TAG), "without its first byte");
        assertFalse(add(8000, 0, 100).isOurs(TAG), "a header of another sequence");
    }

    @Test
    void shouldForgetWhatItsSenderHasGivenUp() {
        assertTrue(addOurs(5000, false).isOurs(TAG));
        add(6000, 0, 1);
        add(7000, 0, 1);
        assertFalse(reassembler.dropSettled(9000, 9100, 7000));
        assertEquals(BUFFERS - 1, pool.available());
    }

    @Test
    void shouldTellOfAReliableSuperFrameThatItsSenderHasGivenUp() {
        assertTrue(addOurs(5000, true).isOurs(TAG));
        assertTrue(reassembler.dropSettled(9000, 9100, 7000));
        assertEquals(BUFFERS, pool.available());
    }

    @Test
    void shouldForgetTheCopyOfWhatWasAccepted() {
        assertTrue(addOurs(5000, true).isOurs(TAG));
        add(7000, 0, 100);
        assertFalse(reassembler.dropSettled(5000, 5000 + LENGTH, 5000));
        assertEquals(BUFFERS - 1, pool.available());
    }

    @Test
    void shouldForgetStrangePiecesThatOverlapWithWhatWasAccepted() {
        add(5000, 0, 100);
        assertFalse(reassembler.dropSettled(5900, 6000, 5000));
        assertEquals(BUFFERS, pool.available());
    }
}
