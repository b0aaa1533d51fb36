// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.transport.message.SegmentHeader;

/** Takes the segments of an association, each exactly once, in no particular order. */
@FunctionalInterface
public interface SegmentHandler {
    /**
     * @param segment has been checked: it lies within its super-frame and its message
     * @param buffer holds the segment's bytes; to be held by whoever needs it longer
     * @param offset of the segment's first byte in the buffer
     * @throws AssociationException when the peer broke the protocol
     */
    void onSegment(SegmentHeader segment, FrameBuffer buffer, long offset);
}
