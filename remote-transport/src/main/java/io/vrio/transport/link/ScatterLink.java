// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;

/** A link whose next frame can be looked at first, and then put where its data belongs. */
public interface ScatterLink extends Link {
    /**
     * Looks at the next frame without taking it: its first bytes, as many as fit, go to {@code
     * buffer} from byte 0 on.
     *
     * @return the whole frame's length, or 0 when there is none now
     */
    int peek(MemorySlice buffer);

    /**
     * Takes the frame that was looked at: {@code headersLength} bytes into {@code headers}, the
     * {@code targetLength} bytes after them into {@code target}. Together they are the whole frame.
     *
     * @return the frame's length, or 0 when it was lost because the target's memory was taken away,
     *     which is counted
     */
    int receive(
            MemorySlice headers,
            int headersLength,
            SliceList target,
            long targetOffset,
            int targetLength);
}
