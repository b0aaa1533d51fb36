// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.List;

/**
 * A fixture: the guest's driver of a packed virtqueue, by the book (virtio 1.2, 2.8) and without
 * any of the server's code, with the ring in a {@link GuestRam}. Its ring can be written to
 * directly by those who want a bad guest.
 */
public final class PackedGuestDriver implements RingDriver {
    public static final int FLAG_NEXT = 1;
    public static final int FLAG_WRITE = 2;
    public static final int FLAG_INDIRECT = 4;
    public static final int FLAG_AVAIL = 0x80;
    public static final int FLAG_USED = 0x8000;

    /** What stands where the buffer id means nothing. */
    private static final int NO_ID = 0xBAD1;

    private static final int DESCRIPTOR = 16;
    private static final int EVENT_ENABLE = 0;
    private static final int EVENT_DISABLE = 1;
    private static final int EVENT_PLACE = 2;

    private final GuestRam ram;
    private final int size;
    private final long ringAddress;
    private final long driverAddress;
    private final long deviceAddress;
    private final MemorySlice ring;
    private final MemorySlice driverEvent;
    private final MemorySlice deviceEvent;
    private final ArrayDeque<Integer> freeIds = new ArrayDeque<>();

    /** By buffer id; 0 when it is free. */
    private final int[] lengths;

    private int freeCount;

    /** Descriptors made available, seen used and looked at for kicks, from the first round on. */
    private long availTotal;

    private long usedTotal;
    private long noticedTotal;
    private long lookedAtTotal;

    public PackedGuestDriver(GuestRam ram, int size, long features) {
        this.ram = ram;
        this.size = size;
        lengths = new int[size];
        ringAddress = ram.allocate((long) size * DESCRIPTOR, 16);
        driverAddress = ram.allocate(4, 4);
        deviceAddress = ram.allocate(4, 4);
        ring = ram.at(ringAddress, (long) size * DESCRIPTOR);
        driverEvent = ram.at(driverAddress, 4);
        deviceEvent = ram.at(deviceAddress, 4);
        freeAll();
        if ((features & RingFeatures.EVENT_IDX) != 0) {
            wantCallAfter(0);
        }
    }

    private void freeAll() {
        freeIds.clear();
        for (int id = 0; id < size; id++) {
            freeIds.add(id);
            lengths[id] = 0;
        }
        freeCount = size;
    }

    /**
     * Lets the ring begin after so many descriptors instead of at the start, all of them used.
     * Before anything is offered.
     */
    @Override
    public void startAt(int total) {
        availTotal = total;
        usedTotal = total;
        noticedTotal = total;
        lookedAtTotal = total;
        for (int slot = 0; slot < size; slot++) {
            // The round in which the slot was used last; before the first, it is all zeroes.
            boolean isThisRound = slot < total % size;
            boolean wrap = wrap(total) == isThisRound;
            boolean isUntouched = total < size && !isThisRound;
            putFlags(slot, isUntouched || !wrap ? 0 : FLAG_AVAIL | FLAG_USED);
        }
    }

    private void putFlags(int slot, int flags) {
        ring.putShort((long) slot * DESCRIPTOR + 14, (short) flags);
    }

    /** The wrap counter begins at 1 and changes with each round. */
    private boolean wrap(long total) {
        return total / size % 2 == 0;
    }

    private int slot(long total) {
        return (int) (total % size);
    }

    private int place(long total) {
        return slot(total) | (wrap(total) ? 0x8000 : 0);
    }

    @Override
    public RingLayout layout() {
        return layoutAt(availTotal, usedTotal);
    }

    /** As a frontend has it that was told so. */
    public RingLayout layoutAt(long avail, long used) {
        return new RingLayout(
                size,
                ram.frontendAddress(ringAddress),
                ram.frontendAddress(driverAddress),
                ram.frontendAddress(deviceAddress),
                place(avail) | place(used) << 16);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public GuestRam ram() {
        return ram;
    }

    public MemorySlice ring() {
        return ring;
    }

    public MemorySlice driverEvent() {
        return driverEvent;
    }

    public MemorySlice deviceEvent() {
        return deviceEvent;
    }

    public long ringAddress() {
        return ringAddress;
    }

    public long availTotal() {
        return availTotal;
    }

    @Override
    public int freeCount() {
        return freeCount;
    }

    /** Writes one descriptor as it stands. */
    public static void putDescriptor(
            MemorySlice table, int index, long guestAddress, int length, int id, int flags) {
        long offset = (long) index * DESCRIPTOR;
        table.putLong(offset, guestAddress);
        table.putInt(offset + 8, length);
        table.putShort(offset + 12, (short) id);
        table.putShortRelease(offset + 14, (short) flags);
    }

    @Override
    public int offer(List<Buffer> buffers) {
        int id = takeId(buffers.size());
        // The head comes last: with its flags the whole chain is there.
        for (int i = buffers.size() - 1; i >= 0; i--) {
            boolean isLast = i == buffers.size() - 1;
            Buffer buffer = buffers.get(i);
            int flags = flags(buffer) | (isLast ? 0 : FLAG_NEXT);
            put(i, buffer.guestAddress(), buffer.length(), isLast ? id : NO_ID, flags);
        }
        advance(buffers.size());
        return id;
    }

    private int takeId(int length) {
        if (length > freeCount) {
            throw new IllegalStateException(length + " descriptors of " + freeCount);
        }
        int id = freeIds.remove();
        lengths[id] = length;
        freeCount -= length;
        return id;
    }

    /** Makes one descriptor of the next chain available, whatever it says. */
    public void put(int ahead, long guestAddress, int length, int id, int flags) {
        long total = availTotal + ahead;
        int available = wrap(total) ? FLAG_AVAIL : FLAG_USED;
        putDescriptor(ring, slot(total), guestAddress, length, id, flags | available);
    }

    /** So many descriptors were made available. */
    public void advance(int count) {
        availTotal += count;
        VarHandle.fullFence();
    }

    private static int flags(Buffer buffer) {
        return buffer.isWritable() ? FLAG_WRITE : 0;
    }

    @Override
    public int offerIndirect(List<Buffer> buffers) {
        return offerIndirect(buffers, ram.allocate((long) buffers.size() * DESCRIPTOR, 16));
    }

    @Override
    public int offerIndirect(List<Buffer> buffers, long tableAddress) {
        int length = buffers.size() * DESCRIPTOR;
        MemorySlice table = ram.at(tableAddress, length);
        for (int i = 0; i < buffers.size(); i++) {
            Buffer buffer = buffers.get(i);
            putDescriptor(table, i, buffer.guestAddress(), buffer.length(), NO_ID, flags(buffer));
        }
        return offerTable(tableAddress, length);
    }

    /** Offers one descriptor that names an indirect table; returns its buffer id. */
    @Override
    public int offerTable(long tableAddress, int length) {
        int id = takeId(1);
        put(0, tableAddress, length, id, FLAG_INDIRECT);
        advance(1);
        return id;
    }

    @Override
    public boolean isKickWanted() {
        long from = lookedAtTotal;
        lookedAtTotal = availTotal;
        int event = deviceEvent.getInt(0);
        return switch (event >>> 16 & 3) {
            case EVENT_ENABLE -> true;
            case EVENT_DISABLE -> false;
            default -> isAmong(event & 0xFFFF, from, availTotal);
        };
    }

    /** Whether one of these descriptors is at a place. */
    private boolean isAmong(int place, long from, long limit) {
        for (long total = from; total < limit; total++) {
            if (place(total) == place) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Used noticeUsed() {
        Used noticed = usedAt(noticedTotal);
        if (noticed != null) {
            noticedTotal += lengths[noticed.headIndex()];
        }
        return noticed;
    }

    /** The used descriptor behind so many others, or null while it is not there yet. */
    private Used usedAt(long total) {
        if (!isUsedAt(total)) {
            return null;
        }
        long offset = (long) slot(total) * DESCRIPTOR;
        int id = ring.getUnsignedShort(offset + 12);
        if (id >= size || lengths[id] == 0) {
            throw new IllegalStateException("buffer " + id + " was not offered");
        }
        return new Used(id, ring.getInt(offset + 8));
    }

    @Override
    public Used takeUsed() {
        Used taken = usedAt(usedTotal);
        if (taken == null) {
            return null;
        }
        if (noticedTotal == usedTotal) {
            noticeUsed();
        }
        int id = taken.headIndex();
        usedTotal += lengths[id];
        freeCount += lengths[id];
        lengths[id] = 0;
        freeIds.add(id);
        return taken;
    }

    @Override
    public boolean isAllTaken() {
        return !isUsedAt(usedTotal);
    }

    private boolean isUsedAt(long total) {
        int flags = ring.getShortAcquire((long) slot(total) * DESCRIPTOR + 14);
        int both = FLAG_AVAIL | FLAG_USED;
        return (flags & both) == (wrap(total) ? both : 0) && total != availTotal;
    }

    @Override
    public boolean isAllSeenAt(int base) {
        return (base & 0xFFFF) == place(availTotal);
    }

    @Override
    public boolean isAllUsedAt(int base) {
        long total = usedTotal;
        for (Used next = usedAt(total); next != null; next = usedAt(total)) {
            total += lengths[next.headIndex()];
        }
        return base >>> 16 == place(total) && (base & 0xFFFF) == place(total);
    }

    @Override
    public void wantCallAfter(int count) {
        putDriverEvent(EVENT_PLACE, place(usedTotal + count));
    }

    @Override
    public void suppressCalls(boolean isSuppressed) {
        putDriverEvent(isSuppressed ? EVENT_DISABLE : EVENT_ENABLE, 0);
    }

    private void putDriverEvent(int flags, int place) {
        driverEvent.putInt(0, flags << 16 | place);
        VarHandle.fullFence();
    }

    @Override
    public void reset() {
        ring.fill(0, ring.length(), (byte) 0);
        driverEvent.fill(0, 4, (byte) 0);
        deviceEvent.fill(0, 4, (byte) 0);
        freeAll();
        startAt(0);
    }
}
