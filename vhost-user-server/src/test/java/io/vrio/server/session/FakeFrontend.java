// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.memory.GuestRegion;
import io.vrio.server.protocol.VhostUserMessage;
import io.vrio.server.protocol.VhostUserRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/**
 * A frontend made of bytes: says exactly what a test tells it to, right or wrong. It answers for
 * the descriptors it was given, not for those it sends.
 */
public final class FakeFrontend implements AutoCloseable {
    public static final int VERSION = 1;
    public static final int NEED_REPLY = 8;

    private static final int NO_DESCRIPTOR = 0x100;
    private static final int REPLY_FLAGS = 5;
    private static final long RECEIVE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

    private final UnixSocket socket;
    private final Runnable pump;
    private final NativeBuffer sendBuffer = new NativeBuffer(2 * VhostUserMessage.LENGTH_MAX);
    private final NativeBuffer receiveBuffer = new NativeBuffer(VhostUserMessage.LENGTH_MAX);

    /**
     * @param pump lets the other side work; nothing when that has its own thread
     */
    public FakeFrontend(UnixSocket socket, Runnable pump) {
        this.socket = socket;
        this.pump = pump;
        socket.setReceiveTimeout(RECEIVE_TIMEOUT_NS);
    }

    /** One reply, as it came. */
    public record Reply(int code, byte[] payload) {
        public long number() {
            if (payload.length != Long.BYTES) {
                throw new IllegalStateException("reply of " + payload.length + " bytes");
            }
            return buffer(payload).getLong();
        }

        /** The number at this place, counted in longs. */
        public long longAt(int index) {
            return buffer(payload).getLong(index * Long.BYTES);
        }

        /** The second number of a vring state. */
        public int vringValue() {
            return buffer(payload).getInt(4);
        }
    }

    private static ByteBuffer buffer(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    /** Little pieces of payload, put together. */
    public static byte[] longs(long... values) {
        ByteBuffer bytes = buffer(new byte[8 * values.length]);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    public static byte[] ints(int... values) {
        ByteBuffer bytes = buffer(new byte[4 * values.length]);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    /** Sends bytes that need not be a message. */
    public void sendBytes(byte[] bytes, int... descriptors) {
        MemorySlice slice = sendBuffer.slice();
        slice.putBytes(0, bytes, 0, bytes.length);
        socket.send(slice, 0, bytes.length, descriptors);
        pump.run();
    }

    /** Sends a message with any code, flags and length. */
    public void sendRaw(int code, int flags, int length, byte[] payload, int... descriptors) {
        ByteBuffer bytes = buffer(new byte[VhostUserMessage.HEADER_LENGTH + payload.length]);
        bytes.putInt(code).putInt(flags).putInt(length).put(payload);
        sendBytes(bytes.array(), descriptors);
    }

    public void send(VhostUserRequest request, byte[] payload, int... descriptors) {
        sendRaw(request.code(), VERSION, payload.length, payload, descriptors);
    }

    /** Sends a request that wants to be acknowledged; returns whether it was obeyed. */
    public boolean ask(VhostUserRequest request, byte[] payload, int... descriptors) {
        sendRaw(request.code(), VERSION | NEED_REPLY, payload.length, payload, descriptors);
        return receive(request.code()).number() == 0;
    }

    public Reply get(VhostUserRequest request, byte[] payload) {
        send(request, payload);
        return receive(request.code());
    }

    public long getNumber(VhostUserRequest request) {
        return get(request, new byte[0]).number();
    }

    /** The next reply, which must have exactly the flags that frontends accept. */
    public Reply receive(int code) {
        MemorySlice bytes = receiveBuffer.slice();
        receiveFully(0, VhostUserMessage.HEADER_LENGTH);
        int length = bytes.getInt(8);
        if (bytes.getInt(0) != code || bytes.getInt(4) != REPLY_FLAGS) {
            throw new IllegalStateException(
                    "reply " + bytes.getInt(0) + " flags " + bytes.getInt(4) + " to " + code);
        }
        receiveFully(VhostUserMessage.HEADER_LENGTH, length);
        byte[] payload = new byte[length];
        bytes.getBytes(VhostUserMessage.HEADER_LENGTH, payload, 0, length);
        return new Reply(code, payload);
    }

    private void receiveFully(int offset, int length) {
        int filled = 0;
        while (filled < length) {
            long count = socket.receive(receiveBuffer.slice(), offset + filled, length - filled);
            if (count == 0) {
                throw new IllegalStateException("the server has closed the connection");
            }
            if (count < 0) {
                throw new ErrnoException("receive", (int) -count);
            }
            filled += (int) count;
        }
    }

    /** The descriptors that came with the last reply, which are the caller's to close. */
    public int[] takeDescriptors() {
        return socket.takeDescriptors();
    }

    /** Whether the server has answered something that was not expected; its first byte is lost. */
    public boolean hasReply() {
        return socket.receiveBytes(receiveBuffer.slice(), 0, 1) > 0;
    }

    /** Whether there is something to read, or the end. */
    public boolean canReceive() {
        return socket.isReadable();
    }

    /** Whether the server has closed, and sent nothing more before. */
    public boolean isClosedByServer() {
        return socket.isEnded();
    }

    // What frontends say, in their words.

    public boolean setVringNum(int index, int size) {
        return ask(VhostUserRequest.SET_VRING_NUM, ints(index, size));
    }

    public boolean setVringBase(int index, int availIdx) {
        return ask(VhostUserRequest.SET_VRING_BASE, ints(index, availIdx));
    }

    public boolean setVringAddr(int index, long descriptors, long avail, long used) {
        byte[] payload = new byte[40];
        buffer(payload).putInt(index).putInt(0).putLong(descriptors).putLong(used).putLong(avail);
        return ask(VhostUserRequest.SET_VRING_ADDR, payload);
    }

    public boolean setVringEnable(int index, boolean isEnabled) {
        return ask(VhostUserRequest.SET_VRING_ENABLE, ints(index, isEnabled ? 1 : 0));
    }

    /** KICK, CALL or ERR with a descriptor. */
    public boolean setEvent(VhostUserRequest request, int index, int descriptor) {
        return ask(request, longs(index), descriptor);
    }

    /** KICK, CALL or ERR without one. */
    public boolean setNoEvent(VhostUserRequest request, int index) {
        return ask(request, longs(index | NO_DESCRIPTOR));
    }

    public boolean setMemTable(GuestRam... regions) {
        byte[] payload = new byte[8 + 32 * regions.length];
        ByteBuffer bytes = buffer(payload).putInt(regions.length).putInt(0);
        int[] descriptors = new int[regions.length];
        for (int i = 0; i < regions.length; i++) {
            describe(regions[i], bytes);
            descriptors[i] = regions[i].fd();
        }
        return ask(VhostUserRequest.SET_MEM_TABLE, payload, descriptors);
    }

    private static void describe(GuestRam ram, ByteBuffer bytes) {
        GuestRegion region = ram.region();
        bytes.putLong(region.guestAddress())
                .putLong(region.size())
                .putLong(region.frontendAddress())
                .putLong(region.mmapOffset());
    }

    public boolean addMemReg(GuestRam region) {
        return ask(VhostUserRequest.ADD_MEM_REG, oneRegion(region), region.fd());
    }

    public boolean remMemReg(GuestRam region) {
        return ask(VhostUserRequest.REM_MEM_REG, oneRegion(region));
    }

    private static byte[] oneRegion(GuestRam region) {
        byte[] payload = new byte[40];
        describe(region, buffer(payload).putLong(0));
        return payload;
    }

    public Reply getConfig(int offset, int length) {
        byte[] payload = new byte[12 + length];
        buffer(payload).putInt(offset).putInt(length);
        return get(VhostUserRequest.GET_CONFIG, payload);
    }

    public int getVringBase(int index) {
        return get(VhostUserRequest.GET_VRING_BASE, ints(index, 0)).vringValue();
    }

    /** As {@link #getVringBase}, without waiting for the answer. */
    public void beginGetVringBase(int index) {
        send(VhostUserRequest.GET_VRING_BASE, ints(index, 0));
    }

    @Override
    public void close() {
        socket.close();
        sendBuffer.close();
        receiveBuffer.close();
    }
}
