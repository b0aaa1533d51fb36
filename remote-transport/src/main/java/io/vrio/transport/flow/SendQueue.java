// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.transport.message.OutboundMessage;
import java.util.ArrayDeque;

/** Messages that have not been put into super-frames whole, in the order of their sending. */
final class SendQueue {
    private final ArrayDeque<OutboundMessage> messages = new ArrayDeque<>();
    private long length;

    void add(OutboundMessage message) {
        messages.addLast(message);
        length += message.length();
    }

    /** The message that waits longest, or null. */
    OutboundMessage next() {
        OutboundMessage message = messages.peekFirst();
        // Its owner may have ended it before it left, or even begun it anew and queued it again.
        while (message != null && (!message.isUnderWay() || message.sent() == message.length())) {
            messages.removeFirst();
            message = messages.peekFirst();
        }
        if (message == null) {
            // Those that ended had no length any more to be taken off.
            length = 0;
        }
        return message;
    }

    /** Bytes of the first message have been put into a super-frame. */
    void onSend(int sentLength) {
        length -= sentLength;
    }

    /** Bytes that wait, or more while a message waits that has ended. */
    long length() {
        return length;
    }

    void clear() {
        messages.clear();
        length = 0;
    }
}
