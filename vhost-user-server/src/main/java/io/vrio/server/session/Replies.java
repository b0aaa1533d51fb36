// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.protocol.VhostUserMessage;

/** The answers of a session to its frontend's messages. Never waits. Owned by the session. */
final class Replies implements AutoCloseable {
    private final UnixSocket socket;
    private final MessageReader reader;
    private final Runnable onStuck;
    private final NativeBuffer buffer = new NativeBuffer(VhostUserMessage.LENGTH_MAX);
    private final VhostUserMessage reply = new VhostUserMessage(buffer.slice());

    /**
     * @param reader has the message that is answered
     * @param onStuck hears that the frontend does not read its answers
     */
    Replies(UnixSocket socket, MessageReader reader, Runnable onStuck) {
        this.socket = socket;
        this.reader = reader;
        this.onStuck = onStuck;
    }

    /** The next one, to be filled. */
    VhostUserMessage next() {
        return reply;
    }

    /** Answers the present message with a number. */
    void sendNumber(long number) {
        reply.beginReply(reader.message().code()).putNumber(number);
        send();
    }

    /** Tells whether the present message was obeyed, if the frontend wants to know. */
    void acknowledge(boolean isDone) {
        if (reader.message().isReplyNeeded()) {
            sendNumber(isDone ? 0 : 1);
        }
    }

    void send(int... descriptors) {
        // Limit: what the socket holds, a few hundred answers; a frontend waits for each.
        if (!socket.sendNow(reply.bytes(), 0, reply.length(), descriptors)) {
            onStuck.run();
        }
    }

    @Override
    public void close() {
        buffer.close();
    }
}
