// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.NativeBuffer;

/** An event counter of the kernel: one side signals, the other waits in its worker's epoll. */
public final class EventFd implements AutoCloseable {
    private final int fd;
    private final NativeBuffer value = new NativeBuffer(16);
    private boolean isClosed;

    /** A new one, non-blocking. */
    public EventFd() {
        this(Linux.check(Linux.eventfd(), "eventfd"));
    }

    /** Takes over a descriptor, for example one received from a frontend. */
    public EventFd(int fd) {
        this.fd = fd;
        value.slice().putLong(0, 1);
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
        // Safety: 8 bytes at offset 8 of our buffer; a foreign descriptor that would block
        // was set to non-blocking by whoever took it over.
        return Linux.read(fd, value.slice().address(8, 8), 8) == 8;
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
