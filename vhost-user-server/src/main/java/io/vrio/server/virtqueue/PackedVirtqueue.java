// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.server.memory.GuestMemory;
import java.lang.invoke.VarHandle;

/**
 * A virtqueue in the packed format (virtio 1.2, 2.8): one ring, in which the driver makes
 * descriptors available and we write used ones over them, in the order of their end. A chain's
 * "head index" is its buffer id, of which the driver has one for each descriptor, as all drivers
 * do.
 */
public final class PackedVirtqueue implements Virtqueue {
    private static final int DESCRIPTORS_ALIGNMENT = 16;
    private static final int EVENT_ALIGNMENT = 4;
    private static final int ID_OFFSET = PackedChainCopy.ID;
    private static final int FLAGS_OFFSET = PackedChainCopy.FLAGS;

    private final GuestMemory memory;
    private final int size;
    private final boolean hasEventIdx;
    private final RingAreas areas;
    private final MemorySlice ring;
    private final PackedEvents events;
    private final PackedChainCopy copy;
    private final PackedChainWalk walk;
    private final TakenChains chains;
    private final PackedInFlightLog inFlightLog;

    /** Where the next chain is taken, and where the next used descriptor goes. */
    private final RingCursor avail;

    private final RingCursor used;

    /** Behind the batch that is written; scratch. */
    private final RingCursor ahead;

    /** By buffer id: descriptors of the chain in the ring, 0 when the guest has it. */
    private final int[] lengths;

    /** Descriptors between {@link #used} and {@link #avail}; never more than the ring has. */
    private int inRing;

    /** Descriptors behind {@link #avail} that were seen there before they were put back. */
    private int seenAhead;

    private boolean isBegun;

    /** Chains that another server of the ring has left in flight, oldest first. */
    private int[] left = {};

    private int leftTaken;

    /** How many chains of the ring were taken and not put back. */
    private long taken;

    /** What was pushed and not published. Limit: each has a descriptor of the ring. */
    private final int[] pushedIds;

    private final int[] pushedLengths;
    private int pushedCount;

    /** Descriptors used since the last call; not counted further than a round. */
    private int uncalled;

    /** A ring whose frontend keeps no log of what is in flight. */
    public PackedVirtqueue(GuestMemory memory, RingLayout layout, long features) {
        this(memory, layout, features, PackedInFlightLog.none());
    }

    /**
     * @param layout without {@link #invalidReason}
     * @param features what was negotiated; the ring looks at {@link RingFeatures#PACKED} and those
     *     of {@link RingFeatures#SPLIT}
     * @param inFlightLog of this ring, at least of its size
     */
    public PackedVirtqueue(
            GuestMemory memory, RingLayout layout, long features, PackedInFlightLog inFlightLog) {
        String reason = invalidReason(layout);
        if (reason != null) {
            throw new IllegalArgumentException(reason);
        }
        if (!inFlightLog.holds(layout.size())) {
            throw new IllegalArgumentException("the in-flight log is smaller than the ring");
        }
        this.memory = memory;
        this.inFlightLog = inFlightLog;
        size = layout.size();
        hasEventIdx = (features & RingFeatures.EVENT_IDX) != 0;
        areas = areas(memory, layout);
        ring = areas.descriptors();
        events = new PackedEvents(areas, size, hasEventIdx);
        copy = new PackedChainCopy(size);
        boolean hasIndirect = (features & RingFeatures.INDIRECT_DESC) != 0;
        walk = new PackedChainWalk(new ChainBuilder(memory, hasIndirect));
        chains = new TakenChains(memory, size);
        avail = new RingCursor(size);
        used = new RingCursor(size);
        ahead = new RingCursor(size);
        lengths = new int[size];
        pushedIds = new int[size];
        pushedLengths = new int[size];
        // Frontends differ in what they say of the used side (DPDK's says nothing). A ring that
        // stops has nothing in flight, or has a log: then the log knows better.
        avail.moveTo(layout.base() & RingCursor.PLACE_MASK);
        used.moveTo(avail.place());
        remap();
    }

    private static RingAreas areas(GuestMemory memory, RingLayout layout) {
        long length = (long) layout.size() * PackedChainCopy.LENGTH;
        return new RingAreas(
                memory,
                layout,
                new RingAreas.Shape(length, DESCRIPTORS_ALIGNMENT),
                new RingAreas.Shape(PackedEvents.LENGTH, EVENT_ALIGNMENT),
                new RingAreas.Shape(PackedEvents.LENGTH, EVENT_ALIGNMENT));
    }

    /** Returns why no ring can be made of this, or null when one can. */
    public static String invalidReason(RingLayout layout) {
        int slot = layout.base() & RingCursor.SLOT_MASK;
        if (invalidSizeReason(layout.size()) == null && slot >= layout.size()) {
            return "index " + slot + " is not in a ring of size " + layout.size();
        }
        return invalidSizeReason(layout.size());
    }

    /** Returns why no ring has so many descriptors, or null when one may. */
    static String invalidSizeReason(int size) {
        return size < 1 || size > SIZE_MAX
                ? "ring size " + size + " is not 1 to " + SIZE_MAX
                : null;
    }

    @Override
    public void logUsedRing(boolean isLogged, long guestAddress) {
        areas.log(isLogged, guestAddress);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean remap() {
        boolean isMapped = areas.map();
        if (isMapped && !isBegun) {
            begin();
        }
        return isMapped;
    }

    private void begin() {
        isBegun = true;
        events.requestKicks();
        int[] inFlightThere = inFlightLog.recover(ring, size, used);
        if (inFlightThere != null) {
            left = inFlightThere;
            // What was taken is used or in flight; a frontend that lost its server knows no better.
            avail.moveTo(used.place());
            for (int id : left) {
                inFlightLog.copyTo(copy, id);
                lengths[id] = copy.count();
                inRing += copy.count();
                avail.advance(copy.count());
            }
        }
    }

    /** Whether the ring's slices may be used: they belong to the present memory table. */
    private boolean isUsable() {
        return areas.isCurrent() ? areas.isMapped() : remap();
    }

    @Override
    public boolean poll(DescriptorChain chain) throws MalformedChainException {
        if (!isUsable()) {
            return false;
        }
        if (leftTaken < left.length) {
            int id = left[leftTaken++];
            chains.add(id);
            inFlightLog.copyTo(copy, id);
            fill(id, chain);
            return true;
        }
        int flags = availFlags();
        if (!avail.isAvailable(flags)) {
            return false;
        }
        int id = copyChain(flags);
        lengths[id] = copy.count();
        inRing += copy.count();
        avail.advance(copy.count());
        seenAhead = Math.max(0, seenAhead - copy.count());
        taken++;
        chains.add(id);
        inFlightLog.onTake(copy);
        fill(id, chain);
        return true;
    }

    private int availFlags() {
        // Ordering: the driver writes these flags after all else of the chain.
        return ring.getShortAcquire((long) avail.slot() * PackedChainCopy.LENGTH + FLAGS_OFFSET);
    }

    /** Copies what is at the cursor; returns its buffer id, checked. */
    private int copyChain(int flags) throws MalformedChainException {
        RingCounter fault = copy.copyFrom(ring, avail, flags, size - inRing);
        if (fault == null && copy.id() >= size) {
            fault = RingCounter.HEAD_OUT_OF_RANGE;
        }
        if (fault == null && lengths[copy.id()] != 0) {
            fault = RingCounter.HEAD_IN_FLIGHT;
        }
        if (fault != null) {
            throw new MalformedChainException(fault);
        }
        return copy.id();
    }

    private void fill(int id, DescriptorChain chain) throws MalformedChainException {
        chain.begin(id);
        RingCounter fault = walk.walk(copy, chain);
        if (fault != null) {
            chain.clear();
            throw new MalformedChainException(fault);
        }
        chains.noteWritten(chain);
    }

    @Override
    public boolean isChainAvailable() {
        return isUsable() && (leftTaken < left.length || avail.isAvailable(availFlags()));
    }

    @Override
    public void putBack(int headIndex) {
        chains.undo(headIndex);
        if (taken > 0) {
            taken--;
            int length = lengths[headIndex];
            lengths[headIndex] = 0;
            inRing -= length;
            avail.retreat(length);
            seenAhead += length;
            inFlightLog.onForget(headIndex);
        } else {
            leftTaken--;
        }
    }

    @Override
    public void push(int headIndex, int usedLength) {
        chains.end(headIndex);
        pushedIds[pushedCount] = headIndex;
        pushedLengths[pushedCount] = usedLength;
        pushedCount++;
    }

    @Override
    public void release(int headIndex) {
        chains.end(headIndex);
        // Its descriptors stay where they are: this ring is not served any more.
        inFlightLog.onForget(headIndex);
    }

    @Override
    public boolean publish() {
        if (pushedCount == 0 && uncalled == 0 || !isUsable()) {
            return false;
        }
        if (pushedCount > 0) {
            putUsed();
            // Ordering: our store of the flags must not pass our next load of the driver's wish: if
            // it does, we skip the call the guest is waiting for (virtio 1.2, 2.8.21.3.1).
            VarHandle.fullFence();
        }
        boolean isWanted = uncalled > 0 && events.isCallWanted(used, uncalled);
        if (isWanted) {
            uncalled = 0;
        }
        return isWanted;
    }

    /** The guest reads in order, so it sees nothing of a batch before the flags of its first. */
    private void putUsed() {
        inFlightLog.beginBatch();
        ahead.moveTo(used.place());
        int firstFlags = put(0);
        for (int i = 1; i < pushedCount; i++) {
            long slot = slotOffset(ahead);
            ring.putShort(slot + FLAGS_OFFSET, (short) put(i));
        }
        inFlightLog.onPublish(ahead.place());
        // Ordering: the guest must not see the flags before all else of the batch.
        ring.putShortRelease(slotOffset(used) + FLAGS_OFFSET, (short) firstFlags);
        inFlightLog.onPublished(ahead.place());
        endBatch();
    }

    /** Writes a used descriptor but for its flags, which are returned, and moves on. */
    private int put(int index) {
        int id = pushedIds[index];
        long slot = slotOffset(ahead);
        ring.putInt(slot + PackedChainCopy.BYTES, pushedLengths[index]);
        ring.putShort(slot + ID_OFFSET, (short) id);
        inFlightLog.onUse(id);
        int flags = ahead.usedFlags();
        ahead.advance(lengths[id]);
        return flags;
    }

    private void endBatch() {
        for (int i = 0; i < pushedCount; i++) {
            int length = lengths[pushedIds[i]];
            lengths[pushedIds[i]] = 0;
            inRing -= length;
            uncalled = Math.min(size, uncalled + length);
            areas.logDescriptors(slotOffset(used), PackedChainCopy.LENGTH);
            used.advance(length);
        }
        pushedCount = 0;
    }

    private static long slotOffset(RingCursor cursor) {
        return (long) cursor.slot() * PackedChainCopy.LENGTH;
    }

    @Override
    public boolean isIdleCallDue() {
        // A guest that waits for no place has told by a flag whether it waits.
        if (!hasEventIdx || uncalled == 0 || !isUsable() || !events.isDriverWaiting()) {
            return false;
        }
        uncalled = 0;
        return true;
    }

    @Override
    public int inFlight() {
        return chains.count();
    }

    @Override
    public boolean isInFlight(int headIndex) {
        return chains.contains(headIndex);
    }

    @Override
    public void suppressKicks() {
        if (isUsable()) {
            events.suppressKicks();
        }
    }

    @Override
    public boolean requestKicks() {
        return requestKicksAhead(0);
    }

    @Override
    public boolean requestKicksForMore() {
        return requestKicksAhead(seenAhead);
    }

    private boolean requestKicksAhead(int count) {
        if (!isUsable()) {
            return false;
        }
        int place = avail.placeAhead(count);
        events.requestKickAt(place);
        // Ordering: our wish must be visible before we look again: the guest makes a chain
        // available and then looks at the wish, and one of the two must see the other's store
        // (virtio 1.2, 2.8.21.3.1), else nobody wakes us for that chain.
        VarHandle.fullFence();
        return leftTaken < left.length || isAvailableAt(place);
    }

    private boolean isAvailableAt(int place) {
        long offset = (long) (place & RingCursor.SLOT_MASK) * PackedChainCopy.LENGTH;
        int flags = ring.getShortAcquire(offset + FLAGS_OFFSET);
        return RingCursor.isAvailable(flags, (place & RingCursor.WRAP) != 0);
    }

    @Override
    public boolean isBacked() {
        return memory.isBacked();
    }

    @Override
    public int base() {
        return avail.place() | used.place() << Short.SIZE;
    }

    @Override
    public void closeInFlightLog() {
        inFlightLog.close();
    }
}
