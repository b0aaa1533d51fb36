// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;

/** Waits for many descriptors at once, level triggered. One thread waits; see epoll(7). */
public final class Epoll implements AutoCloseable {
    public static final int READABLE = 1;
    public static final int WRITABLE = 4;

    /** Limit: events of one wait; the rest is reported by the next wait. */
    private static final int EVENTS_MAX = 64;

    private static final int ADD = 1;
    private static final int REMOVE = 2;
    private static final int MODIFY = 3;

    // struct epoll_event is packed on x86-64 only.
    private static final boolean IS_PACKED = System.getProperty("os.arch").equals("amd64");
    private static final int EVENT_LENGTH = IS_PACKED ? 12 : 16;
    private static final int DATA_OFFSET = IS_PACKED ? 4 : 8;
    private static final long NS_PER_S = 1_000_000_000L;

    private final int fd =
            Linux.check(Linux.result(Linux.c().epoll_create1(Linux.O_CLOEXEC)), "epoll_create1");
    private final NativeBuffer buffer = new NativeBuffer(EVENT_LENGTH * (EVENTS_MAX + 1) + 16);
    private final MemorySlice events = buffer.slice().slice(0, EVENT_LENGTH * EVENTS_MAX);
    private final MemorySlice change =
            buffer.slice().slice(EVENT_LENGTH * EVENTS_MAX, EVENT_LENGTH);
    private final MemorySlice timeout = buffer.slice().slice(EVENT_LENGTH * (EVENTS_MAX + 1), 16);

    /**
     * @param key 0 or more, comes back from {@link #key}
     */
    public void add(int descriptor, int interest, int key) {
        control(ADD, descriptor, interest, key);
    }

    public void modify(int descriptor, int interest, int key) {
        control(MODIFY, descriptor, interest, key);
    }

    public void remove(int descriptor) {
        control(REMOVE, descriptor, 0, 0);
    }

    private void control(int operation, int descriptor, int interest, int key) {
        change.putInt(0, interest);
        change.putLong(DATA_OFFSET, key);
        int result =
                Linux.c().epoll_ctl(fd, operation, descriptor, change.address(0, EVENT_LENGTH));
        Linux.check(Linux.result(result), "epoll_ctl descriptor " + descriptor);
    }

    /**
     * Waits until a descriptor is ready.
     *
     * @param timeoutNs 0 to return at once, negative to wait without bound
     * @return the number of ready descriptors; 0 after the time or a signal
     */
    public int await(long timeoutNs) {
        long timeoutAddress = 0;
        if (timeoutNs >= 0) {
            timeout.putLong(0, timeoutNs / NS_PER_S);
            timeout.putLong(8, timeoutNs % NS_PER_S);
            timeoutAddress = timeout.address(0, 16);
        }
        int count =
                Linux.result(
                        Linux.c()
                                .epoll_pwait2(
                                        fd,
                                        events.address(0, events.length()),
                                        EVENTS_MAX,
                                        timeoutAddress,
                                        0));
        return count == -Linux.EINTR ? 0 : Linux.check(count, "epoll_pwait2");
    }

    /** The key of the {@code index}-th ready descriptor of the last wait. */
    public int key(int index) {
        return events.getInt((long) index * EVENT_LENGTH + DATA_OFFSET);
    }

    /** Its own: readable while any of its descriptors is ready. */
    public int descriptor() {
        return fd;
    }

    @Override
    public void close() {
        Linux.close(fd);
        buffer.close();
    }
}
