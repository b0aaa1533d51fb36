// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.EventFd;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.protocol.VhostUserMessage;
import java.util.Arrays;

/**
 * Puts together the messages of a frontend from whatever pieces arrive, without ever waiting.
 * Descriptors come with the header; whatever is not taken from here is closed here.
 */
final class MessageReader implements AutoCloseable {
    /** What a look at the socket brought. */
    enum Result {
        /** Nothing whole yet. */
        INCOMPLETE,
        /** A message; it is valid until the next look. */
        MESSAGE,
        /** The frontend has closed. */
        END,
        /** Where the next message begins is not known any more. */
        BROKEN
    }

    /** Limit: descriptors of one message, the specification's; more break the connection. */
    private static final int DESCRIPTORS_MAX = 8;

    private static final int[] NONE = {};

    private final UnixSocket socket;
    private final NativeBuffer buffer = new NativeBuffer(VhostUserMessage.LENGTH_MAX);
    private final MemorySlice bytes = buffer.slice();
    private final VhostUserMessage message = new VhostUserMessage(bytes);
    private int[] descriptors = NONE;
    private int filled;
    private String brokenReason = "";

    MessageReader(UnixSocket socket) {
        this.socket = socket;
    }

    /** Takes what has arrived, up to the end of one message. */
    Result read() {
        if (filled == 0) {
            closeDescriptors();
        }
        if (filled < VhostUserMessage.HEADER_LENGTH) {
            Result result = readHeader();
            if (result != Result.MESSAGE) {
                return result;
            }
            String reason = message.invalidReason();
            if (reason != null) {
                return broken(reason);
            }
        }
        Result result = readPayload();
        if (result == Result.MESSAGE) {
            filled = 0;
        }
        return result;
    }

    private Result readHeader() {
        // Exactly the header: descriptors come with its first byte, and a longer read could take
        // the first byte of the next message, with that one's descriptors.
        while (filled < VhostUserMessage.HEADER_LENGTH) {
            long count;
            try {
                count = socket.receive(bytes, filled, VhostUserMessage.HEADER_LENGTH - filled);
            } catch (ErrnoException e) {
                return broken(e.getMessage());
            }
            keep(socket.takeDescriptors());
            if (descriptors.length > DESCRIPTORS_MAX) {
                return broken(descriptors.length + " descriptors");
            }
            if (count <= 0) {
                return nothing(count);
            }
            filled += (int) count;
        }
        return Result.MESSAGE;
    }

    private Result readPayload() {
        while (filled < message.length()) {
            long count = socket.receiveBytes(bytes, filled, message.length() - filled);
            if (count <= 0) {
                return nothing(count);
            }
            filled += (int) count;
        }
        return Result.MESSAGE;
    }

    private Result nothing(long count) {
        return count == -Linux.EAGAIN || count == -Linux.EINTR ? Result.INCOMPLETE : Result.END;
    }

    private Result broken(String reason) {
        brokenReason = reason;
        return Result.BROKEN;
    }

    private void keep(int[] more) {
        if (more.length > 0) {
            int[] all = Arrays.copyOf(descriptors, descriptors.length + more.length);
            System.arraycopy(more, 0, all, descriptors.length, more.length);
            descriptors = all;
        }
    }

    VhostUserMessage message() {
        return message;
    }

    String brokenReason() {
        return brokenReason;
    }

    int descriptorCount() {
        return descriptors.length;
    }

    /** The descriptors of the message; they stay the reader's and live until the next look. */
    int[] descriptors() {
        return descriptors;
    }

    /** Gives the only descriptor of the message away. */
    int takeDescriptor() {
        int taken = descriptors[0];
        descriptors = NONE;
        return taken;
    }

    void checkDescriptorCount(int count) throws RequestRefusedException {
        if (descriptors.length != count) {
            throw new RequestRefusedException(descriptors.length + " descriptors, not " + count);
        }
    }

    /**
     * The event counter that came along, given away; null when the frontend says that there is
     * none.
     */
    EventFd takeEvent() throws RequestRefusedException {
        if (message.isWithoutDescriptor()) {
            checkDescriptorCount(0);
            return null;
        }
        checkDescriptorCount(1);
        EventFd event = EventFd.adopt(takeDescriptor());
        if (event == null) {
            throw new RequestRefusedException("the descriptor is no event counter");
        }
        return event;
    }

    private void closeDescriptors() {
        for (int descriptor : descriptors) {
            Linux.close(descriptor);
        }
        descriptors = NONE;
    }

    @Override
    public void close() {
        closeDescriptors();
        buffer.close();
    }
}
