// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * Bounds the bytes in flight below the peer's credit when time-outs show that the path cannot take
 * them. Loss that acknowledgements reveal is repaired without slowing down. One thread.
 */
final class CongestionWindow {
    static final long WINDOW_MAX = 16 << 20;

    /** Limit: one large super-frame and some small ones always fit. */
    static final long WINDOW_MIN = 128 << 10;

    static final long WINDOW_INITIAL = 4 << 20;

    private long window = WINDOW_INITIAL;

    void onAcknowledged(long bytes) {
        window = Math.min(WINDOW_MAX, window + bytes / 2);
    }

    void onTimeout() {
        window = Math.max(WINDOW_MIN, window / 2);
    }

    long bytes() {
        return window;
    }
}
