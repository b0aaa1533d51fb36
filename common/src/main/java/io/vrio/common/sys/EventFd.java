// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.NativeBuffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An event counter of the kernel: one side signals, the other waits in its worker's epoll. */
public final class EventFd implements AutoCloseable {
    private static final String KIND = "anon_inode:[eventfd]";
    private static final int RWF_NOWAIT = 8;
    private static final int F_SETFL = 4;

    // What is written, what is read, and the iovec of the read.
    private static final int READ = 8;
    private static final int IOVEC = 16;
    private static final int LENGTH = 32;

    private final int fd;
    private final NativeBuffer value = new NativeBuffer(LENGTH);
    private boolean isClosed;

    /** A new one, non-blocking. */
    public EventFd() {
        this(Linux.check(Linux.eventfd(), "eventfd"));
    }

    /** Takes over a descriptor that is known to be a non-blocking event counter. */
    public EventFd(int fd) {
        this.fd = fd;
        value.slice().putLong(0, 1);
        value.slice().putLong(IOVEC, value.slice().address(READ, 8));
        value.slice().putLong(IOVEC + 8, 8);
    }

    /**
     * Takes over a descriptor that another process sent, perhaps an unfriendly one: a file in its
     * place could not be waited for, a pipe could be full of work.
     *
     * @return null when it is no event counter; it has been closed then
     */
    public static EventFd adopt(int fd) {
        // Limit: the mode is shared with the sender. One that sets it back and fills the counter
        // makes our next signal wait for it; no system call writes to a counter without that.
        if (isEventCounter(fd) && Linux.fcntl(fd, F_SETFL, Linux.O_NONBLOCK) == 0) {
            return new EventFd(fd);
        }
        Linux.close(fd);
        return null;
    }

    private static boolean isEventCounter(int fd) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString().equals(KIND);
        } catch (IOException e) {
            return false;
        }
    }

    public int fd() {
        return fd;
    }

    /** Adds one. May be called by any thread: the value written is never changed. */
    public void signal() {
        // Safety: 8 bytes at offset 0 of our buffer. EAGAIN (counter full) means that a wake-up
        // is pending already; any other error is the other side's: its descriptor is no eventfd.
        Linux.write(fd, value.slice().address(0, 8), 8);
    }

    /** Resets it; returns whether it had been signalled. */
    public boolean drain() {
        // Safety: 8 bytes at offset 8 of our buffer. Not to wait is asked for per call, because the
        // mode of a foreign descriptor is shared with its sender, who may change it at any time.
        return Linux.preadv2(fd, value.slice().address(IOVEC, 16), 1, -1, RWF_NOWAIT) == 8;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            Linux.close(fd);
            value.close();
        }
    }
}
