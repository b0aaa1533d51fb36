// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.server.memory.GuestRam;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A fixture: the guest's driver of a split virtqueue, by the book, with the ring in a {@link
 * GuestRam}. Offers chains of any shape, takes back used elements, obeys and sets the notification
 * rules. Its tables can be written to directly by those who want a bad guest.
 */
public final class GuestDriver implements RingDriver {
    public static final int FLAG_NEXT = 1;
    public static final int FLAG_WRITE = 2;
    public static final int FLAG_INDIRECT = 4;

    private static final int DESCRIPTOR = 16;
    private static final int ELEMENT = 8;

    private final GuestRam ram;
    private final int size;
    private final boolean hasEventIdx;
    private final long descriptorsAddress;
    private final long availAddress;
    private final long usedAddress;
    private final MemorySlice descriptors;
    private final MemorySlice avail;
    private final MemorySlice used;
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private final List<List<Integer>> chains = new ArrayList<>();
    private int availIdx;
    private int usedIdx;
    private int noticedIdx;
    private int lookedAtIdx;

    /** A used element: the chain's head index and how many bytes the device has written to it. */
    public record Used(int headIndex, int length) {}

    /** One part of a chain in guest memory. */
    public record Buffer(long guestAddress, int length, boolean isWritable) {}

    public GuestDriver(GuestRam ram, int size, long features) {
        this.ram = ram;
        this.size = size;
        hasEventIdx = (features & RingFeatures.EVENT_IDX) != 0;
        descriptorsAddress = ram.allocate((long) size * DESCRIPTOR, 16);
        availAddress = ram.allocate(6 + 2L * size, 2);
        usedAddress = ram.allocate(6 + (long) ELEMENT * size, 4);
        descriptors = ram.at(descriptorsAddress, (long) size * DESCRIPTOR);
        avail = ram.at(availAddress, 6 + 2L * size);
        used = ram.at(usedAddress, 6 + (long) ELEMENT * size);
        for (int i = 0; i < size; i++) {
            free.add(i);
            chains.add(null);
        }
    }

    /** Lets the free-running indices begin somewhere else than at 0. Before anything is offered. */
    @Override
    public void startAt(int idx) {
        availIdx = idx;
        usedIdx = idx;
        noticedIdx = idx;
        lookedAtIdx = idx;
        avail.putShort(2, (short) idx);
        used.putShort(2, (short) idx);
    }

    /** Where the ring is, to be served from the present index on. */
    @Override
    public RingLayout layout() {
        return new RingLayout(
                size,
                ram.frontendAddress(descriptorsAddress),
                ram.frontendAddress(availAddress),
                ram.frontendAddress(usedAddress),
                availIdx);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public GuestRam ram() {
        return ram;
    }

    public MemorySlice descriptors() {
        return descriptors;
    }

    public MemorySlice avail() {
        return avail;
    }

    public MemorySlice used() {
        return used;
    }

    /** Writes one descriptor as it stands. */
    public static void putDescriptor(
            MemorySlice table, int index, long guestAddress, int length, int flags, int next) {
        long offset = (long) index * DESCRIPTOR;
        table.putLong(offset, guestAddress);
        table.putInt(offset + 8, length);
        table.putShort(offset + 12, (short) flags);
        table.putShort(offset + 14, (short) next);
    }

    @Override
    public int freeCount() {
        return free.size();
    }

    /** Offers a chain of one descriptor per buffer; returns its head index. */
    @Override
    public int offer(List<Buffer> buffers) {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < buffers.size(); i++) {
            indices.add(free.remove());
        }
        for (int i = 0; i < buffers.size(); i++) {
            boolean isLast = i == buffers.size() - 1;
            int next = isLast ? 0 : indices.get(i + 1);
            put(descriptors, indices.get(i), buffers.get(i), isLast, next);
        }
        chains.set(indices.get(0), indices);
        publish(indices.get(0));
        return indices.get(0);
    }

    /** Offers a chain whose descriptors are in a table of their own; returns its head index. */
    @Override
    public int offerIndirect(List<Buffer> buffers) {
        return offerIndirect(buffers, ram.allocate((long) buffers.size() * DESCRIPTOR, 16));
    }

    @Override
    public int offerIndirect(List<Buffer> buffers, long tableAddress) {
        int length = buffers.size() * DESCRIPTOR;
        MemorySlice table = ram.at(tableAddress, length);
        for (int i = 0; i < buffers.size(); i++) {
            put(table, i, buffers.get(i), i == buffers.size() - 1, i + 1);
        }
        return offerTable(tableAddress, length);
    }

    /** Offers one descriptor that names an indirect table; returns its head index. */
    @Override
    public int offerTable(long tableAddress, int length) {
        int head = free.remove();
        putDescriptor(descriptors, head, tableAddress, length, FLAG_INDIRECT, 0);
        chains.set(head, List.of(head));
        publish(head);
        return head;
    }

    private static void put(MemorySlice table, int index, Buffer buffer, boolean isLast, int next) {
        int flags = (buffer.isWritable() ? FLAG_WRITE : 0) | (isLast ? 0 : FLAG_NEXT);
        putDescriptor(table, index, buffer.guestAddress(), buffer.length(), flags, next);
    }

    /** Puts any number into the avail ring. */
    public void publish(int head) {
        avail.putShort(4 + 2L * (availIdx & (size - 1)), (short) head);
        availIdx = (availIdx + 1) & 0xFFFF;
        avail.putShortRelease(2, (short) availIdx);
        VarHandle.fullFence();
    }

    @Override
    public boolean isAllSeenAt(int base) {
        return base == availIdx;
    }

    @Override
    public boolean isAllUsedAt(int base) {
        return base == Short.toUnsignedInt(used.getShortAcquire(2));
    }

    /** Whether the device wants a kick for what was offered since this was asked last. */
    @Override
    public boolean isKickWanted() {
        int from = lookedAtIdx;
        lookedAtIdx = availIdx;
        if (!hasEventIdx) {
            return (used.getShort(0) & 1) == 0;
        }
        return ((availIdx - availEvent() - 1) & 0xFFFF) < ((availIdx - from) & 0xFFFF);
    }

    private int availEvent() {
        return used.getUnsignedShort(4 + (long) ELEMENT * size);
    }

    /** Whether the device, by the event index, has asked for a kick with the next chain. */
    public boolean isKickAwaited() {
        return availEvent() == availIdx;
    }

    @Override
    public Used noticeUsed() {
        Used noticed = usedAt(noticedIdx);
        if (noticed != null) {
            noticedIdx = (noticedIdx + 1) & 0xFFFF;
        }
        return noticed;
    }

    /** The used element at a free-running index, or null while it is not there yet. */
    private Used usedAt(int idx) {
        if (Short.toUnsignedInt(used.getShortAcquire(2)) == idx) {
            return null;
        }
        long element = 4 + (long) ELEMENT * (idx & (size - 1));
        return new Used(used.getInt(element), used.getInt(element + 4));
    }

    /** Takes the next used element, or returns null; its descriptors are free again. */
    @Override
    public Used takeUsed() {
        Used taken = usedAt(usedIdx);
        if (taken == null) {
            return null;
        }
        if (noticedIdx == usedIdx) {
            noticeUsed();
        }
        usedIdx = (usedIdx + 1) & 0xFFFF;
        List<Integer> indices = chains.get(taken.headIndex());
        if (indices == null) {
            throw new IllegalStateException("chain " + taken.headIndex() + " was not offered");
        }
        chains.set(taken.headIndex(), null);
        free.addAll(indices);
        return taken;
    }

    /** Whether nothing waits in the used ring. */
    @Override
    public boolean isAllTaken() {
        return Short.toUnsignedInt(used.getShortAcquire(2)) == usedIdx;
    }

    /** Asks for a call when the element {@code count} after those taken is used; 0 is the next. */
    @Override
    public void wantCallAfter(int count) {
        avail.putShort(4 + 2L * size, (short) (usedIdx + count));
        VarHandle.fullFence();
    }

    /** Without event index: whether calls are unwanted. */
    @Override
    public void suppressCalls(boolean isSuppressed) {
        avail.putShort(0, (short) (isSuppressed ? 1 : 0));
        VarHandle.fullFence();
    }

    /** Undoes what a test has scribbled: an empty ring at index 0 and all descriptors free. */
    @Override
    public void reset() {
        descriptors.fill(0, descriptors.length(), (byte) 0);
        avail.fill(0, avail.length(), (byte) 0);
        used.fill(0, used.length(), (byte) 0);
        free.clear();
        for (int i = 0; i < size; i++) {
            free.add(i);
            chains.set(i, null);
        }
        startAt(0);
    }
}
