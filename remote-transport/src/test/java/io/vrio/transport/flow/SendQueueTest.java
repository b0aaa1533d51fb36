// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SendQueueTest {
    private final SendQueue queue = new SendQueue();
    private final NativeBuffer data = new NativeBuffer(1 << 20);
    private final List<OutboundMessage> messages = new ArrayList<>();

    @AfterEach
    void close() {
        messages.forEach(OutboundMessage::close);
        data.close();
    }

    private OutboundMessage add(int dataLength) {
        OutboundMessage message = new OutboundMessage(m -> {});
        SliceList list = new SliceList();
        list.add(data.slice(), 0, dataLength);
        message.begin(MessageKind.REQUEST, 1, messages.size(), 32, list);
        messages.add(message);
        queue.add(message);
        return message;
    }

    private void send(OutboundMessage message, int length) {
        assertSame(message, queue.next());
        message.onSend(length);
        queue.onSend(length);
    }

    @Test
    void shouldHaveNothingAtFirst() {
        assertNull(queue.next());
        assertEquals(0, queue.length());
    }

    @Test
    void shouldKeepTheOrderOfMessagesOfAKind() {
        OutboundMessage first = add(100);
        OutboundMessage second = add(100);
        send(first, 132);
        send(second, 132);
        assertNull(queue.next());
    }

    @Test
    void shouldLetASmallOneOvertakeWhatIsLeftOfALargeOne() {
        OutboundMessage large = add(1 << 19);
        send(large, 4096);
        OutboundMessage small = add(4096);
        assertSame(small, queue.next());
        assertTrue(queue.isNextSmall());
        send(small, 4096 + 32);
        assertSame(large, queue.next());
        assertFalse(queue.isNextSmall());
    }

    @Test
    void shouldLeaveHalfToLargeOnes() {
        OutboundMessage large = add(1 << 20);
        int smallBytes = 0;
        int largeBytes = 0;
        for (int i = 0; i < 200; i++) {
            OutboundMessage small = add(4096 - 32);
            if (queue.next() == large) {
                send(large, 4096);
                largeBytes += 4096;
            } else {
                small = queue.next();
                send(small, small.length());
                smallBytes += small.length();
            }
        }
        assertEquals(SendQueue.LEAD_MAX, smallBytes - largeBytes);
    }

    @Test
    void shouldOweNothingForTimesWithoutLargeOnes() {
        for (int i = 0; i < 100; i++) {
            send(add(4096), 4096 + 32);
        }
        queue.next();
        OutboundMessage large = add(1 << 19);
        OutboundMessage small = add(4096);
        assertSame(small, queue.next());
        send(small, 4096 + 32);
        send(large, 4096);
    }

    @Test
    void shouldPassOverWhatHasEnded() {
        OutboundMessage large = add(1 << 19);
        OutboundMessage small = add(100);
        small.end();
        assertSame(large, queue.next());
        large.end();
        assertNull(queue.next());
        assertEquals(0, queue.length());
    }

    @Test
    void shouldKnowHowMuchWaits() {
        OutboundMessage large = add(1 << 19);
        add(68);
        assertEquals((1 << 19) + 32 + 100, queue.length());
        send(messages.get(1), 100);
        send(large, 1000);
        assertEquals((1 << 19) + 32 - 1000, queue.length());
    }
}
