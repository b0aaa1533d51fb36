// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.UnixSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Raw vhost-user messages over a unix socket: sends whatever it is given, well formed or not, and
 * judges nothing but the framing of what it receives. One thread.
 */
public final class VhostUserLink implements AutoCloseable {
    /** Limit: a reply that takes longer is an error; a stock VMM would wait forever. */
    private static final long REPLY_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    private static final int HEADER = VhostUserProtocol.HEADER_LENGTH;

    private final UnixSocket socket;
    private final NativeBuffer buffer = new NativeBuffer(HEADER + VhostUserProtocol.PAYLOAD_MAX);
    private final MemorySlice bytes = buffer.slice();

    /** Takes over a connected, blocking socket. */
    public VhostUserLink(UnixSocket socket) {
        this.socket = socket;
        socket.setReceiveTimeout(REPLY_TIMEOUT_NS);
    }

    public static VhostUserLink connect(Path path) {
        return new VhostUserLink(UnixSocket.connect(path));
    }

    public void setReceiveTimeout(long timeoutNs) {
        socket.setReceiveTimeout(timeoutNs);
    }

    /** Sends a message in one piece, its descriptors beside the first byte. */
    public void send(FrontendMessage message) {
        int length = message.payload().limit();
        bytes.putInt(0, message.request());
        bytes.putInt(4, message.flags());
        bytes.putInt(8, length);
        bytes.putBytes(HEADER, message.payload().array(), 0, length);
        socket.send(bytes, 0, HEADER + length, message.descriptors());
    }

    /** Sends bytes that need not be a message at all. */
    public void sendBytes(byte[] raw, int... descriptors) {
        bytes.putBytes(0, raw, 0, raw.length);
        socket.send(bytes, 0, raw.length, descriptors);
    }

    /**
     * The next message from the other side.
     *
     * @throws VhostUserException when the other side has closed, is silent, or frames wrongly
     */
    public FrontendMessage receive() {
        receiveExactly(0, HEADER);
        int length = bytes.getInt(8);
        if (length < 0 || length > VhostUserProtocol.PAYLOAD_MAX) {
            throw new VhostUserException("a message claims a payload of " + length + " bytes");
        }
        receiveExactly(HEADER, length);
        byte[] payload = new byte[length];
        bytes.getBytes(HEADER, payload, 0, length);
        return new FrontendMessage(
                bytes.getInt(0),
                bytes.getInt(4),
                ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN),
                socket.takeDescriptors());
    }

    private void receiveExactly(int offset, int length) {
        int done = 0;
        while (done < length) {
            long result = socket.receive(bytes, offset + done, length - done);
            if (result == 0) {
                throw new VhostUserException("the other side closed the connection");
            }
            if (result == -Linux.EAGAIN) {
                throw new VhostUserException("the other side did not answer in time");
            }
            if (result != -Linux.EINTR) {
                done += (int) Linux.check(result, "recvmsg");
            }
        }
    }

    /** Sends a request that has a reply of its own, and returns that reply. */
    public FrontendMessage call(FrontendMessage request) {
        send(request);
        FrontendMessage reply = receive();
        // QEMU compares the flags as a whole: any further bit ends the connection.
        boolean isReply = reply.flags() == (VhostUserProtocol.VERSION | VhostUserProtocol.REPLY);
        if (!isReply || reply.request() != request.request()) {
            throw new VhostUserException(
                    String.format(
                            "request %d was answered by request %d with flags %#x",
                            request.request(), reply.request(), reply.flags()));
        }
        return reply;
    }

    @Override
    public void close() {
        socket.close();
        buffer.close();
    }
}
