// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * One client of the control socket: takes its requests one after the other, each with its answer
 * before the next is read. Control thread.
 */
final class ControlConnection {
    /** What most requests need; more is taken while a longer one comes in. */
    private static final int INPUT_LENGTH_MIN = 16 << 10;

    private final SocketChannel channel;
    private final SelectionKey key;
    private final ControlDispatch dispatch;
    private ByteBuffer input = ByteBuffer.allocate(INPUT_LENGTH_MIN);

    /** Bytes of the input that hold no line end. */
    private int searched;

    private ByteBuffer output = ByteBuffer.allocate(0);
    private boolean isClosing;
    private long lastProgressNs;

    ControlConnection(
            SocketChannel channel, SelectionKey key, ControlDispatch dispatch, long nowNs) {
        this.channel = channel;
        this.key = key;
        this.dispatch = dispatch;
        lastProgressNs = nowNs;
    }

    /** When the client last sent a whole request or took a part of an answer. */
    long lastProgressNs() {
        return lastProgressNs;
    }

    /** Reads, answers and writes what can be done now; returns whether the client stays. */
    boolean onReady(long nowNs) throws IOException {
        boolean hasEnded = !output.hasRemaining() && channel.read(input) < 0;
        while (write(nowNs) && !isClosing && answerNext(nowNs)) {
            // The next request may have come in the same bytes.
        }
        if (!output.hasRemaining() && (hasEnded || isClosing)) {
            return false;
        }
        key.interestOps(output.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        return true;
    }

    /** Returns whether all has been written. */
    private boolean write(long nowNs) throws IOException {
        if (output.hasRemaining() && channel.write(output) > 0) {
            lastProgressNs = nowNs;
        }
        return !output.hasRemaining();
    }

    /** Answers one whole request; returns whether there was one. */
    private boolean answerNext(long nowNs) {
        int end = lineEnd();
        if (end >= 0) {
            lastProgressNs = nowNs;
            byte[] request = Arrays.copyOf(input.array(), end);
            input.flip().position(end + 1);
            input = rest();
            output = line(dispatch.answer(request));
            return true;
        }
        if (!input.hasRemaining() && input.capacity() < ControlProtocol.REQUEST_LENGTH_MAX) {
            int length = Math.min(2 * input.capacity(), ControlProtocol.REQUEST_LENGTH_MAX);
            input = ByteBuffer.allocate(length).put(input.flip());
        } else if (!input.hasRemaining()) {
            // Where the next request begins cannot be known any more.
            isClosing = true;
            output = line(dispatch.error("a request is longer than " + input.capacity()));
            return true;
        }
        return false;
    }

    private int lineEnd() {
        while (searched < input.position()) {
            if (input.get(searched) == '\n') {
                return searched;
            }
            searched++;
        }
        return -1;
    }

    /** What has come in behind a request; a long one's memory is given back. */
    private ByteBuffer rest() {
        searched = 0;
        int length = Math.max(INPUT_LENGTH_MIN, input.remaining());
        return ByteBuffer.allocate(length).put(input);
    }

    /** Tells why before hanging up; a client that does not read at once misses it. */
    void refuse(String reason) throws IOException {
        channel.write(line(dispatch.error(reason)));
    }

    private static ByteBuffer line(byte[] answer) {
        return ByteBuffer.allocate(answer.length + 1).put(answer).put((byte) '\n').flip();
    }

    void close() throws IOException {
        channel.close();
    }
}
