// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.Epoll;
import io.vrio.common.sys.EventFd;
import java.lang.invoke.VarHandle;

/**
 * The driver side of a split virtqueue (virtio 1.2, clause 2.7) in guest memory, with its kick and
 * call counters. Puts into the ring what it is told, also what no honest driver would. One thread;
 * allocates nothing after construction.
 */
public final class DriverQueue implements AutoCloseable {
    private static final int NO_INTERRUPT = 1;
    private static final int NO_NOTIFY = 1;
    private static final int RING_INDEX = 2;
    private static final int RING_ELEMENTS = 4;
    private static final int USED_ELEMENT_LENGTH = 8;
    private static final int ALIGNMENT = 4096;

    private final GuestMemory memory;
    private final int size;
    private final boolean hasEventIndex;
    private final long descriptorsOffset;
    private final long availOffset;
    private final long usedOffset;
    private final MemorySlice descriptors;
    private final MemorySlice avail;
    private final MemorySlice used;
    private final EventFd kick = new EventFd();
    private final EventFd call = new EventFd();
    private final EventFd error = new EventFd();
    private final Epoll epoll = new Epoll();
    private int availIdx;
    private int kickedIdx;
    private int usedIdx;
    private int usedLength;
    private long kickCount;
    private long callCount;

    /**
     * @param size entries, a power of two
     * @param hasEventIndex whether VIRTIO_F_EVENT_IDX was negotiated
     */
    public DriverQueue(GuestMemory memory, int size, boolean hasEventIndex) {
        this.memory = memory;
        this.size = size;
        this.hasEventIndex = hasEventIndex;
        long descriptorsLength = (long) size * VirtioBlock.DESCRIPTOR_LENGTH;
        long availLength = RING_ELEMENTS + 2L * size + 2;
        long usedLength = RING_ELEMENTS + (long) USED_ELEMENT_LENGTH * size + 2;
        descriptorsOffset = memory.allocate(descriptorsLength, ALIGNMENT);
        availOffset = memory.allocate(availLength, 2);
        usedOffset = memory.allocate(usedLength, ALIGNMENT);
        descriptors = memory.slice().slice(descriptorsOffset, descriptorsLength);
        avail = memory.slice().slice(availOffset, availLength);
        used = memory.slice().slice(usedOffset, usedLength);
        epoll.add(call.fd(), Epoll.READABLE, 0);
    }

    public int size() {
        return size;
    }

    public long descriptorsAddress() {
        return memory.frontendAddress(descriptorsOffset);
    }

    public long availAddress() {
        return memory.frontendAddress(availOffset);
    }

    public long usedAddress() {
        return memory.frontendAddress(usedOffset);
    }

    public int kickFd() {
        return kick.fd();
    }

    public int callFd() {
        return call.fd();
    }

    public int errorFd() {
        return error.fd();
    }

    /** The raw descriptor table. */
    public MemorySlice descriptors() {
        return descriptors;
    }

    /** The raw avail ring, for a test that wants to break it. */
    public MemorySlice avail() {
        return avail;
    }

    /** The raw used ring. */
    public MemorySlice used() {
        return used;
    }

    /** Index that the next offered chain gets; after a restart, where the backend must begin. */
    public int availIdx() {
        return availIdx;
    }

    /** Index up to which used elements were taken. */
    public int usedIdx() {
        return usedIdx;
    }

    /** Kicks sent so far. */
    public long kickCount() {
        return kickCount;
    }

    /** Calls received so far by {@link #awaitCall}. */
    public long callCount() {
        return callCount;
    }

    public void putDescriptor(int index, long address, int length, int flags, int next) {
        putDescriptor(descriptors, index, address, length, flags, next);
    }

    /** The same in a table of the caller's, for indirect descriptors. */
    public static void putDescriptor(
            MemorySlice table, int index, long address, int length, int flags, int next) {
        long at = (long) index * VirtioBlock.DESCRIPTOR_LENGTH;
        table.putLong(at, address);
        table.putInt(at + 8, length);
        table.putShort(at + 12, (short) flags);
        table.putShort(at + 14, (short) next);
    }

    /** Makes the chain at {@code head} available to the backend. */
    public void offer(int head) {
        avail.putShort(RING_ELEMENTS + 2L * (availIdx & (size - 1)), (short) head);
        availIdx = (availIdx + 1) & 0xFFFF;
        // Ordering: the backend must not see the index before the element and its descriptors.
        avail.putShortRelease(RING_INDEX, (short) availIdx);
    }

    /** Whether the backend wants a kick for what was offered since the last question. */
    public boolean needsKick() {
        // Ordering: the index was stored before; the backend's wish must be loaded after it,
        // else it goes to sleep on the old index while we read its old wish (2.7.13.3).
        VarHandle.fullFence();
        int oldIdx = kickedIdx;
        kickedIdx = availIdx;
        if (oldIdx == availIdx) {
            return false;
        }
        if (!hasEventIndex) {
            return (used.getShort(0) & NO_NOTIFY) == 0;
        }
        int event = used.getUnsignedShort(used.length() - 2);
        return ((availIdx - event - 1) & 0xFFFF) < ((availIdx - oldIdx) & 0xFFFF);
    }

    public void kick() {
        kickCount++;
        kick.signal();
    }

    public void kickIfNeeded() {
        if (needsKick()) {
            kick();
        }
    }

    /**
     * Takes the next used element.
     *
     * @return its head, unchecked, or -1 when there is none
     */
    public long takeUsed() {
        // Ordering: the element and the data are read after the index that covers them.
        if ((used.getShortAcquire(RING_INDEX) & 0xFFFF) == usedIdx) {
            return -1;
        }
        long at = RING_ELEMENTS + (long) USED_ELEMENT_LENGTH * (usedIdx & (size - 1));
        usedIdx = (usedIdx + 1) & 0xFFFF;
        usedLength = used.getInt(at + 4);
        return used.getInt(at) & 0xFFFFFFFFL;
    }

    /** Bytes that the backend says it wrote, of the element taken last. */
    public int usedLength() {
        return usedLength;
    }

    /**
     * Asks for a call at the next used element.
     *
     * @return whether there is one already, so that the caller must not wait
     */
    public boolean enableCalls() {
        if (hasEventIndex) {
            avail.putShort(avail.length() - 2, (short) usedIdx);
        } else {
            avail.putShort(0, (short) 0);
        }
        // Ordering: our wish must be visible before we look for the last time; else the backend
        // skips the call for an element that we did not see (2.7.7.2).
        VarHandle.fullFence();
        return (used.getShortAcquire(RING_INDEX) & 0xFFFF) != usedIdx;
    }

    /** Asks for no calls; with the event index, an event left behind has that effect already. */
    public void disableCalls() {
        if (!hasEventIndex) {
            avail.putShort(0, (short) NO_INTERRUPT);
        }
    }

    /** Blocks until the backend calls; returns false when it did not within the time. */
    public boolean awaitCall(long timeoutNs) {
        return epoll.await(timeoutNs) > 0 && takeCall();
    }

    /** Takes the backend's call, if there is one; does not wait. */
    public boolean takeCall() {
        boolean isCalled = call.drain();
        if (isCalled) {
            callCount++;
        }
        return isCalled;
    }

    /** Whether the backend gave up on this queue (SET_VRING_ERR). */
    public boolean isBroken() {
        return error.drain();
    }

    @Override
    public void close() {
        epoll.close();
        error.close();
        call.close();
        kick.close();
    }
}
