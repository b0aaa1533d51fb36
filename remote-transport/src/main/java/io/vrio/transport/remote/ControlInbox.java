// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.memory.MemorySlice;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.message.ControlCodec;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.message.SegmentHeader;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The control messages of one association, on their way in: brings them into the order in which
 * they were sent, which losses and the network change. One worker.
 */
final class ControlInbox implements AutoCloseable {
    private static final int FIRST_ID = 1;

    /** Limit: messages that wait for an earlier one; an honest peer never has more under way. */
    static final int EARLY_MAX = ControlChannel.UNDER_WAY_MAX;

    private final Consumer<ControlMessage> handler;
    private final Map<Integer, ControlMessage> early = new HashMap<>();
    private int nextId = FIRST_ID;

    /**
     * @param handler gets the messages in their order; may close this
     */
    ControlInbox(Consumer<ControlMessage> handler) {
        this.handler = handler;
    }

    /**
     * Takes in a message, which must be in one segment, and hands on what has not to wait.
     *
     * @throws AssociationException when it is not one that this version knows, or was there before
     */
    void onSegment(SegmentHeader segment, MemorySlice memory, long offset) {
        int distance = segment.id() - nextId;
        if (distance < 0 || distance >= EARLY_MAX || early.containsKey(segment.id())) {
            throw new AssociationException(
                    "control message " + segment.id() + " when " + nextId + " is awaited");
        }
        early.put(segment.id(), read(segment, memory, offset));
        ControlMessage message = early.remove(nextId);
        while (message != null) {
            nextId++;
            handler.accept(message);
            message = early.remove(nextId);
        }
    }

    private static ControlMessage read(SegmentHeader segment, MemorySlice memory, long offset) {
        int length = segment.segmentLength();
        if (length != segment.messageLength() || length > ControlMessage.LENGTH_MAX) {
            throw new AssociationException("control message of " + segment.messageLength());
        }
        byte[] bytes = new byte[length];
        memory.getBytes(offset, bytes, 0, length);
        try {
            return ControlCodec.decode(bytes);
        } catch (IOException e) {
            throw new AssociationException(e.getMessage());
        }
    }

    /** The association has ended: what waits is not wanted any more. */
    @Override
    public void close() {
        early.clear();
    }
}
