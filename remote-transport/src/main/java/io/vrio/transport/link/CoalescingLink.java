// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.wire.Coalescer;
import io.vrio.transport.wire.FrameHeader;
import java.util.SplittableRandom;

/**
 * Groups received segments anew, as GRO does: neighbours of one super-frame become one frame, as
 * many as a seeded choice says. It stands above the faults, as a NIC does: {@code new
 * CoalescingLink(new FaultyLink(memoryLink, clock, seed), seed)}.
 */
public final class CoalescingLink implements LinkLayer {
    /** One join in so many is left out, so that groups of all sizes come about. */
    private static final int STOP_ONE_IN = 16;

    private final Link inner;
    private final SplittableRandom random;
    private final Coalescer coalescer = new Coalescer();
    private final NativeBuffer ahead = new NativeBuffer(FrameHeader.FRAME_MAX);
    private int aheadLength;

    public CoalescingLink(Link inner, long seed) {
        this.inner = inner;
        random = new SplittableRandom(seed);
    }

    @Override
    public Link inner() {
        return inner;
    }

    @Override
    public int receive(MemorySlice buffer) {
        int length = takeFirst(buffer);
        // Limit: each join makes the frame longer, and no frame is longer than FRAME_MAX.
        while (length > 0 && random.nextInt(STOP_ONE_IN) != 0) {
            aheadLength = inner.receive(ahead.slice());
            int joined =
                    aheadLength == 0
                            ? 0
                            : coalescer.join(buffer, length, ahead.slice(), aheadLength);
            if (joined == 0) {
                break;
            }
            aheadLength = 0;
            length = joined;
        }
        return length;
    }

    /** The frame that ended the last group begins the next one. */
    private int takeFirst(MemorySlice buffer) {
        int length = aheadLength;
        aheadLength = 0;
        if (length == 0) {
            return inner.receive(buffer);
        }
        if (length > buffer.length()) {
            counters().increment(LinkCounter.RECEIVE_CUT);
            return 0;
        }
        ahead.slice().copyTo(0, buffer, 0, length);
        return length;
    }

    @Override
    public void close() {
        inner.close();
        ahead.close();
    }
}
