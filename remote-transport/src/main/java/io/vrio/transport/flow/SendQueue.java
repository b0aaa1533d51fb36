// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.transport.message.OutboundMessage;
import java.util.ArrayDeque;

/**
 * Messages that have not been put into super-frames whole. Small ones overtake large ones, which
 * would keep them waiting for their whole length, up to half of all bytes. One thread.
 */
final class SendQueue {
    /** Limit: longer messages are large. */
    static final int SMALL_MAX = 8 << 10;

    /** Limit: bytes by which small messages may be ahead of large ones that wait. */
    static final long LEAD_MAX = 64 << 10;

    private final ArrayDeque<OutboundMessage> small = new ArrayDeque<>();
    private final ArrayDeque<OutboundMessage> large = new ArrayDeque<>();
    private long length;
    private long lead;
    private boolean isNextSmall;

    void add(OutboundMessage message) {
        (message.length() <= SMALL_MAX ? small : large).addLast(message);
        length += message.length();
    }

    /** The message that goes first, or null. */
    OutboundMessage next() {
        OutboundMessage nextSmall = first(small);
        OutboundMessage nextLarge = first(large);
        if (nextLarge == null) {
            lead = 0;
        }
        if (nextSmall == null && nextLarge == null) {
            // Those that ended had no length any more to be taken off.
            length = 0;
        }
        isNextSmall = nextSmall != null && (nextLarge == null || lead < LEAD_MAX);
        return isNextSmall ? nextSmall : nextLarge;
    }

    /** Whether {@link #next} was a small one. */
    boolean isNextSmall() {
        return isNextSmall;
    }

    private static OutboundMessage first(ArrayDeque<OutboundMessage> messages) {
        OutboundMessage message = messages.peekFirst();
        // Its owner may have ended it before it left, or even begun it anew and queued it again.
        while (message != null && (!message.isUnderWay() || message.sent() == message.length())) {
            messages.removeFirst();
            message = messages.peekFirst();
        }
        return message;
    }

    /** Bytes of what {@link #next} returned last have been put into a super-frame. */
    void onSend(int sentLength) {
        length -= sentLength;
        lead = Math.max(0, lead + (isNextSmall ? sentLength : -sentLength));
    }

    /** Bytes that wait, or more while a message waits that has ended. */
    long length() {
        return length;
    }

    void clear() {
        small.clear();
        large.clear();
        length = 0;
        lead = 0;
    }
}
