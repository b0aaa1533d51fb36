// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

/**
 * How far the guest has been given the frame that is in the segmenter, and on which queue. One per
 * device; nobody's, and nothing left, most of the time.
 */
final class CutRest {
    private ReceiveQueue queue;
    private int index;

    /** The frame is for this queue, and none of it has been given. */
    void begin(ReceiveQueue newQueue) {
        queue = newQueue;
        index = 0;
    }

    boolean isOfAny() {
        return queue != null;
    }

    boolean isOf(ReceiveQueue other) {
        return queue == other;
    }

    /** The segment that comes next. */
    int index() {
        return index;
    }

    void advance() {
        index++;
    }

    /** Nothing is left, or nobody wants it. */
    void end() {
        queue = null;
    }
}
