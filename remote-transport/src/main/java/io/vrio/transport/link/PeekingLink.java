// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.wire.FrameHeader;

/** Lets the next frame of any link be looked at, by taking it ahead. For tests and simulation. */
public final class PeekingLink implements ScatterLink, LinkLayer {
    private final Link inner;
    private final NativeBuffer ahead = new NativeBuffer(FrameHeader.FRAME_MAX);
    private int aheadLength;

    public PeekingLink(Link inner) {
        this.inner = inner;
    }

    @Override
    public Link inner() {
        return inner;
    }

    @Override
    public int peek(MemorySlice buffer) {
        if (aheadLength == 0) {
            aheadLength = inner.receive(ahead.slice());
        }
        ahead.slice().copyTo(0, buffer, 0, Math.min(aheadLength, buffer.length()));
        return aheadLength;
    }

    @Override
    public int receive(MemorySlice buffer) {
        if (aheadLength == 0) {
            return inner.receive(buffer);
        }
        int length = aheadLength;
        aheadLength = 0;
        if (length > buffer.length()) {
            counters().increment(LinkCounter.RECEIVE_CUT);
            return inner.receive(buffer);
        }
        ahead.slice().copyTo(0, buffer, 0, length);
        return length;
    }

    @Override
    public int receive(
            MemorySlice headers,
            int headersLength,
            SliceList target,
            long targetOffset,
            int targetLength) {
        int length = aheadLength;
        aheadLength = 0;
        ahead.slice().copyTo(0, headers, 0, headersLength);
        target.copyFrom(targetOffset, ahead.slice(), headersLength, targetLength);
        return length;
    }

    @Override
    public void close() {
        inner.close();
        ahead.close();
    }
}
