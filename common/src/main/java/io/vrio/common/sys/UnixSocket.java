// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * A unix stream socket whose bytes may be accompanied by descriptors (SCM_RIGHTS). Control path,
 * one thread. A connected one and a listening one are the same class, as in the kernel.
 */
public final class UnixSocket implements AutoCloseable {
    /** Limit: descriptors beside one piece of data; what comes beyond is an error. */
    public static final int DESCRIPTORS_MAX = 32;

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_ACCEPTCONN = 30;
    private static final int F_SETFL = 4;
    private static final int MSG_PEEK = 2;
    private static final int MSG_CTRUNC = 8;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;

    // struct sockaddr_un; the path ends with a zero byte.
    private static final int NAME_LENGTH = 110;
    private static final int PATH_OFFSET = 2;

    // struct msghdr, then one iovec, then one cmsghdr with its descriptors (LP64).
    private static final int IOVEC_ADDRESS = 16;
    private static final int IOVEC_COUNT = 24;
    private static final int CONTROL_ADDRESS = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int MESSAGE_FLAGS = 48;
    private static final int MESSAGE_LENGTH = 56;
    private static final int IOVEC = 64;
    private static final int CONTROL = 80;
    private static final int CMSG_HEADER_LENGTH = 16;
    private static final int CONTROL_MAX = CMSG_HEADER_LENGTH + 4 * DESCRIPTORS_MAX;

    private final int fd;
    private final NativeBuffer buffer = new NativeBuffer(CONTROL + CONTROL_MAX);
    private final MemorySlice message = buffer.slice();
    private int[] received = new int[0];
    private boolean isClosed;

    /** Takes over a descriptor, for example an inherited one. */
    public UnixSocket(int fd) {
        this.fd = fd;
    }

    /** A socket connected to whoever listens at {@code path}. */
    public static UnixSocket connect(Path path) {
        return connect(path, false);
    }

    /**
     * A non-blocking socket connected to whoever listens at {@code path}; fails with EAGAIN when
     * too many wait to be accepted there.
     */
    public static UnixSocket connectNow(Path path) {
        return connect(path, true);
    }

    private static UnixSocket connect(Path path, boolean isNonBlocking) {
        UnixSocket socket = open();
        try (NativeBuffer name = name(path)) {
            if (isNonBlocking) {
                socket.setNonBlocking();
            }
            int result =
                    Linux.connect(socket.fd, name.slice().address(0, NAME_LENGTH), NAME_LENGTH);
            Linux.check(result, "connect " + path);
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** A socket that listens at {@code path}, which must not exist yet. */
    public static UnixSocket listen(Path path) {
        final int backlog = 8;
        UnixSocket socket = open();
        try (NativeBuffer name = name(path)) {
            int result = Linux.bind(socket.fd, name.slice().address(0, NAME_LENGTH), NAME_LENGTH);
            Linux.check(result, "bind " + path);
            Linux.check(Linux.listen(socket.fd, backlog), "listen " + path);
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Two sockets connected to each other. */
    public static UnixSocket[] pair() {
        try (NativeBuffer two = new NativeBuffer(8)) {
            int result = Linux.socketpair(AF_UNIX, SOCK_STREAM, 0, two.slice().address(0, 8));
            Linux.check(result, "socketpair");
            return new UnixSocket[] {
                new UnixSocket(two.slice().getInt(0)), new UnixSocket(two.slice().getInt(4))
            };
        }
    }

    private static UnixSocket open() {
        return new UnixSocket(Linux.check(Linux.socket(AF_UNIX, SOCK_STREAM, 0), "socket AF_UNIX"));
    }

    private static NativeBuffer name(Path path) {
        byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
        // Limit: the kernel's, 107 bytes and the zero byte that ends them.
        if (bytes.length > NAME_LENGTH - PATH_OFFSET - 1) {
            throw new IllegalArgumentException("socket path longer than 107 bytes: " + path);
        }
        NativeBuffer name = new NativeBuffer(NAME_LENGTH);
        name.slice().putShort(0, (short) AF_UNIX);
        name.slice().putBytes(PATH_OFFSET, bytes, 0, bytes.length);
        return name;
    }

    public int fd() {
        return fd;
    }

    /** The next connection to a listening socket; it is non-blocking. */
    public UnixSocket accept() {
        return new UnixSocket(Linux.check(Linux.accept(fd), "accept"));
    }

    /** Lets no call wait from now on; for a descriptor that was inherited or connected. */
    public void setNonBlocking() {
        Linux.check(Linux.fcntl(fd, F_SETFL, Linux.O_NONBLOCK), "fcntl O_NONBLOCK");
    }

    /**
     * Whether it listens, rather than being connected.
     *
     * @throws ErrnoException when it is no socket
     */
    public boolean isListening() {
        return option(SO_ACCEPTCONN, 4) != 0;
    }

    /** The process that connected to it, 0 when that is in a namespace we cannot see into. */
    public int peerPid() {
        final int credentialsLength = 12;
        return option(SO_PEERCRED, credentialsLength);
    }

    /** The first int of a socket option of {@code length} bytes. */
    private int option(int option, int length) {
        try (NativeBuffer value = new NativeBuffer(16)) {
            value.slice().putInt(12, length);
            long target = value.slice().address(0, 12);
            long lengthAddress = value.slice().address(12, 4);
            int result = Linux.getsockopt(fd, SOL_SOCKET, option, target, lengthAddress);
            Linux.check(result, "getsockopt descriptor " + fd);
            return value.slice().getInt(0);
        }
    }

    /** Lets {@link #receive} of a blocking socket give up after {@code timeoutNs}. */
    public void setReceiveTimeout(long timeoutNs) {
        try (NativeBuffer time = new NativeBuffer(16)) {
            time.slice().putLong(0, TimeUnit.NANOSECONDS.toSeconds(timeoutNs));
            time.slice().putLong(8, timeoutNs % TimeUnit.SECONDS.toNanos(1) / 1000);
            long address = time.slice().address(0, 16);
            Linux.check(
                    Linux.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, address, 16),
                    "setsockopt SO_RCVTIMEO");
        }
    }

    /**
     * Sends all bytes, the descriptors beside the first of them. The caller keeps the descriptors.
     *
     * @throws ErrnoException when the peer has gone, or a non-blocking socket is full
     */
    public void send(MemorySlice source, long offset, long length, int... descriptors) {
        long sent = 0;
        while (sent < length) {
            prepare(source.address(offset + sent, length - sent), length - sent);
            if (sent == 0 && descriptors.length > 0) {
                putDescriptors(descriptors);
            }
            // Safety: the header and what it points at are in our buffer and in the slice.
            long address = message.address(0, MESSAGE_LENGTH);
            long result = Linux.sendmsg(fd, address, MSG_NOSIGNAL);
            if (result != -Linux.EINTR) {
                sent += Linux.check(result, "sendmsg");
            }
        }
    }

    /**
     * Receives up to {@code length} bytes and the descriptors that came beside them; those wait in
     * {@link #takeDescriptors}.
     *
     * @return the number of bytes, 0 when the peer has closed, or a negated errno such as EAGAIN
     */
    public long receive(MemorySlice target, long offset, long length) {
        prepare(target.address(offset, length), length);
        message.putLong(CONTROL_ADDRESS, message.address(CONTROL, CONTROL_MAX));
        message.putLong(CONTROL_LENGTH, CONTROL_MAX);
        long address = message.address(0, MESSAGE_LENGTH);
        long result = Linux.recvmsg(fd, address, MSG_CMSG_CLOEXEC);
        if (result >= 0) {
            keepDescriptors();
        }
        return result;
    }

    /**
     * Receives up to {@code length} bytes without waiting; descriptors beside them are dropped.
     *
     * @return the number of bytes, 0 when the peer has closed, or a negated errno such as EAGAIN
     */
    public long receiveBytes(MemorySlice target, long offset, long length) {
        return Linux.recv(fd, target.address(offset, length), length, MSG_DONTWAIT);
    }

    /**
     * Sends all bytes at once, without waiting, the descriptors beside them. The caller keeps the
     * descriptors.
     *
     * @return false when the peer has gone or does not read; some bytes may have been sent
     */
    public boolean sendNow(MemorySlice source, long offset, long length, int... descriptors) {
        prepare(source.address(offset, length), length);
        if (descriptors.length > 0) {
            putDescriptors(descriptors);
        }
        // Safety: the header and what it points at are in our buffer and in the slice.
        long address = message.address(0, MESSAGE_LENGTH);
        return Linux.sendmsg(fd, address, MSG_DONTWAIT | MSG_NOSIGNAL) == length;
    }

    /** Whether the peer has closed and everything it sent has been received. */
    public boolean isEnded() {
        return isReadable() && peek() <= 0;
    }

    /** Whether bytes have arrived or the peer has closed. */
    public boolean isReadable() {
        long result = peek();
        return result != -Linux.EAGAIN && result != -Linux.EINTR;
    }

    private long peek() {
        return Linux.recv(fd, message.address(0, 1), 1, MSG_PEEK | MSG_DONTWAIT);
    }

    private void prepare(long address, long length) {
        message.fill(0, MESSAGE_LENGTH, (byte) 0);
        message.putLong(IOVEC_ADDRESS, message.address(IOVEC, 16));
        message.putLong(IOVEC_COUNT, 1);
        message.putLong(IOVEC, address);
        message.putLong(IOVEC + 8, length);
    }

    private void putDescriptors(int[] descriptors) {
        if (descriptors.length > DESCRIPTORS_MAX) {
            throw new IllegalArgumentException("more than " + DESCRIPTORS_MAX + " descriptors");
        }
        int length = CMSG_HEADER_LENGTH + 4 * descriptors.length;
        message.putLong(CONTROL_ADDRESS, message.address(CONTROL, length));
        message.putLong(CONTROL_LENGTH, length);
        message.putLong(CONTROL, length);
        message.putInt(CONTROL + 8, SOL_SOCKET);
        message.putInt(CONTROL + 12, SCM_RIGHTS);
        for (int i = 0; i < descriptors.length; i++) {
            message.putInt(CONTROL + CMSG_HEADER_LENGTH + 4L * i, descriptors[i]);
        }
    }

    private void keepDescriptors() {
        boolean hasControl = message.getLong(CONTROL_LENGTH) >= CMSG_HEADER_LENGTH;
        if (hasControl && message.getInt(CONTROL + 12) == SCM_RIGHTS) {
            int count = (int) (message.getLong(CONTROL) - CMSG_HEADER_LENGTH) / 4;
            int old = received.length;
            received = Arrays.copyOf(received, old + count);
            for (int i = 0; i < count; i++) {
                received[old + i] = message.getInt(CONTROL + CMSG_HEADER_LENGTH + 4L * i);
            }
        }
        if ((message.getInt(MESSAGE_FLAGS) & MSG_CTRUNC) != 0) {
            closeDescriptors();
            throw new ErrnoException("recvmsg with too many descriptors", Linux.EMSGSIZE);
        }
    }

    /** The descriptors received since the last call. They are the caller's to close. */
    public int[] takeDescriptors() {
        int[] taken = received;
        received = new int[0];
        return taken;
    }

    private void closeDescriptors() {
        for (int descriptor : takeDescriptors()) {
            Linux.close(descriptor);
        }
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            closeDescriptors();
            Linux.close(fd);
            buffer.close();
        }
    }
}
