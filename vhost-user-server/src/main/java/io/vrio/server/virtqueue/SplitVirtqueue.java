// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.server.memory.GuestMemory;
import java.lang.invoke.VarHandle;

/**
 * A virtqueue in the split format (virtio 1.2, 2.7), modern and legacy alike. Indices run free in
 * 16 bits; a slot is an index after masking.
 *
 * <pre>
 *  avail ring  | flags u16 | idx u16 | head u16 x size | used_event u16 |
 *  used ring   | flags u16 | idx u16 | {id u32, length u32} x size | avail_event u16 |
 * </pre>
 */
public final class SplitVirtqueue implements Virtqueue {
    /**
     * Limit: used elements without a call. The comparison with used_event is ambiguous from 2^16
     * on; long before, a call is made even if it is not wanted.
     */
    private static final int UNCALLED_MAX = 1 << 15;

    /** In place of an index: the guest has not been asked to kick. */
    private static final int NOT_ASKED = -1;

    private static final int FLAGS = 0;
    private static final int IDX = 2;
    private static final int RING = 4;
    private static final int HEAD_LENGTH = 2;
    private static final int ELEMENT_LENGTH = 8;
    private static final int FIELD_LENGTH = 2;
    private static final int AVAIL_NO_CALL = 1;
    private static final int USED_NO_KICK = 1;

    private static final int DESCRIPTORS_ALIGNMENT = 16;
    private static final int AVAIL_ALIGNMENT = 2;
    private static final int USED_ALIGNMENT = 4;

    private final GuestMemory memory;
    private final int size;
    private final boolean hasEventIdx;
    private final SplitChainWalk walk;
    private final TakenChains chains;
    private final InFlightLog inFlightLog;
    private final RingAreas areas;
    private final MemorySlice avail;
    private final MemorySlice used;
    private boolean isBegun;

    /** Heads of chains that another server of the ring has left in flight, oldest first. */
    private int[] left = {};

    private int leftTaken;
    private int availIdx;

    /** How many chains of the avail ring were taken and not put back. */
    private long taken;

    private int seenAvailIdx;
    private int usedIdx;
    private int publishedIdx;
    private int calledIdx;

    /** With event index, the chain that the guest was asked to kick for. */
    private int kickIdx = NOT_ASKED;

    private long[] deferred;
    private int deferredCount;

    /** A ring whose frontend keeps no log of what is in flight. */
    public SplitVirtqueue(GuestMemory memory, RingLayout layout, long features) {
        this(memory, layout, features, InFlightLog.none());
    }

    /**
     * @param layout without {@link #invalidReason}
     * @param features what was negotiated; the ring looks at {@link RingFeatures#SPLIT}
     * @param inFlightLog of this ring, at least of its size
     */
    public SplitVirtqueue(
            GuestMemory memory, RingLayout layout, long features, InFlightLog inFlightLog) {
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
        boolean hasIndirect = (features & RingFeatures.INDIRECT_DESC) != 0;
        walk = new SplitChainWalk(new ChainBuilder(memory, hasIndirect));
        chains = new TakenChains(memory, size);
        areas = areas(memory, layout, hasEventIdx ? FIELD_LENGTH : 0);
        avail = areas.driver();
        used = areas.device();
        availIdx = layout.base();
        seenAvailIdx = availIdx;
        remap();
    }

    private static RingAreas areas(GuestMemory memory, RingLayout layout, int eventLength) {
        long size = layout.size();
        long availLength = RING + size * HEAD_LENGTH + eventLength;
        long usedLength = RING + size * ELEMENT_LENGTH + eventLength;
        return new RingAreas(
                memory,
                layout,
                new RingAreas.Shape(size * SplitDescriptor.LENGTH, DESCRIPTORS_ALIGNMENT),
                new RingAreas.Shape(availLength, AVAIL_ALIGNMENT),
                new RingAreas.Shape(usedLength, USED_ALIGNMENT));
    }

    /** Returns why no ring can be made of this, or null when one can. */
    public static String invalidReason(RingLayout layout) {
        if (layout.base() < 0 || layout.base() > 0xFFFF) {
            return "index " + Integer.toUnsignedString(layout.base()) + " has more than 16 bits";
        }
        return invalidSizeReason(layout.size());
    }

    /** Returns why no ring has so many descriptors, or null when one may. */
    static String invalidSizeReason(int size) {
        boolean isValid = size >= 1 && size <= SIZE_MAX && Integer.bitCount(size) == 1;
        return isValid ? null : "size " + size + " is no power of two up to " + SIZE_MAX;
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
        kickIdx = NOT_ASKED;
        boolean isMapped = areas.map();
        if (isMapped && !isBegun) {
            begin();
        }
        return isMapped;
    }

    private void begin() {
        isBegun = true;
        // The used ring goes on where it was left by whoever served it before us.
        usedIdx = used.getUnsignedShort(IDX);
        publishedIdx = usedIdx;
        calledIdx = usedIdx;
        used.putShort(FLAGS, (short) 0);
        areas.logDevice(FLAGS, FIELD_LENGTH);
        int[] inFlightThere = inFlightLog.recover(usedIdx);
        if (inFlightThere != null) {
            left = inFlightThere;
            // What was taken is used or in flight; a frontend that lost its server knows no better.
            availIdx = usedIdx + left.length & 0xFFFF;
            seenAvailIdx = availIdx;
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
        pushDeferred();
        if (leftTaken < left.length) {
            take(left[leftTaken++], chain);
            return true;
        }
        if (seenAvailIdx == availIdx && !lookForChains()) {
            return false;
        }
        int head = avail.getUnsignedShort(RING + (long) slot(availIdx) * HEAD_LENGTH);
        if (head >= size) {
            throw new MalformedChainException(RingCounter.HEAD_OUT_OF_RANGE);
        }
        if (chains.contains(head)) {
            throw new MalformedChainException(RingCounter.HEAD_IN_FLIGHT);
        }
        availIdx = increment(availIdx);
        taken++;
        inFlightLog.onTake(head);
        take(head, chain);
        return true;
    }

    private void take(int head, DescriptorChain chain) throws MalformedChainException {
        chains.add(head);
        chain.begin(head);
        RingCounter fault = walk.walk(areas.descriptors(), size, chain);
        if (fault != null) {
            chain.clear();
            throw new MalformedChainException(fault);
        }
        chains.noteWritten(chain);
    }

    @Override
    public boolean isChainAvailable() throws MalformedChainException {
        return isUsable() && (lookForChains() || leftTaken < left.length);
    }

    @Override
    public void putBack(int headIndex) {
        chains.undo(headIndex);
        if (taken > 0) {
            taken--;
            availIdx = (availIdx - 1) & 0xFFFF;
            inFlightLog.onForget(headIndex);
        } else {
            leftTaken--;
        }
    }

    /** Reads how far the guest has got; whether there is something new. */
    private boolean lookForChains() throws MalformedChainException {
        int idx = Short.toUnsignedInt(avail.getShortAcquire(IDX));
        int count = distance(availIdx, idx);
        if (count > size) {
            throw new MalformedChainException(RingCounter.AVAIL_IDX_JUMP);
        }
        seenAvailIdx = idx;
        return count > 0;
    }

    @Override
    public void push(int headIndex, int usedLength) {
        chains.end(headIndex);
        if (isUsable()) {
            pushDeferred();
            putElement(headIndex, usedLength);
        } else {
            defer(headIndex, usedLength);
        }
    }

    /**
     * A region that holds the ring may be taken out of the table and put back while requests run:
     * what ends in between is told when the ring is there again.
     */
    private void defer(int headIndex, int usedLength) {
        if (deferred == null) {
            // Limit: chains of the ring; no more are taken before these are told.
            deferred = new long[size];
        }
        deferred[deferredCount++] = (long) headIndex << Integer.SIZE | usedLength & 0xFFFF_FFFFL;
    }

    private void pushDeferred() {
        for (int i = 0; i < deferredCount; i++) {
            putElement((int) (deferred[i] >>> Integer.SIZE), (int) deferred[i]);
        }
        deferredCount = 0;
    }

    private void putElement(int headIndex, int usedLength) {
        long element = RING + (long) slot(usedIdx) * ELEMENT_LENGTH;
        used.putInt(element, headIndex);
        used.putInt(element + 4, usedLength);
        areas.logDevice(element, ELEMENT_LENGTH);
        inFlightLog.onPush(headIndex);
        usedIdx = increment(usedIdx);
    }

    @Override
    public void release(int headIndex) {
        chains.end(headIndex);
        inFlightLog.onForget(headIndex);
    }

    @Override
    public boolean publish() {
        if (calledIdx == usedIdx && deferredCount == 0 || !isUsable()) {
            return false;
        }
        pushDeferred();
        if (publishedIdx != usedIdx) {
            // Ordering: the guest must not see the new index before the elements it covers.
            used.putShortRelease(IDX, (short) usedIdx);
            areas.logDevice(IDX, FIELD_LENGTH);
            inFlightLog.onPublish(usedIdx);
            publishedIdx = usedIdx;
            // Ordering: our store of used.idx must not pass our next load of used_event: if it
            // does, we skip the call the guest is waiting for (virtio 1.2, 2.7.7).
            VarHandle.fullFence();
        }
        boolean isWanted = isCallWanted() || distance(calledIdx, publishedIdx) >= UNCALLED_MAX;
        if (isWanted) {
            calledIdx = publishedIdx;
        }
        return isWanted;
    }

    private boolean isCallWanted() {
        if (!hasEventIdx) {
            return (avail.getUnsignedShort(FLAGS) & AVAIL_NO_CALL) == 0;
        }
        int usedEvent = avail.getUnsignedShort(RING + (long) size * HEAD_LENGTH);
        // The guest wants to hear of the element usedEvent: is it among those since the last call?
        return distance(calledIdx, usedEvent) < distance(calledIdx, publishedIdx);
    }

    @Override
    public boolean isIdleCallDue() {
        // Without event index, the guest has told by a flag that it does not wait.
        if (!hasEventIdx || calledIdx == publishedIdx) {
            return false;
        }
        calledIdx = publishedIdx;
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
        if (!isUsable()) {
            return;
        }
        if (!hasEventIdx) {
            used.putShort(FLAGS, (short) USED_NO_KICK);
            areas.logDevice(FLAGS, FIELD_LENGTH);
        } else if (kickIdx != NOT_ASKED) {
            // Farther behind than the guest can have come since it looked last; later it stays
            // behind by itself, but for one kick in 2^16 chains.
            putAvailEvent(availIdx - size - 1);
            kickIdx = NOT_ASKED;
        }
    }

    private void putAvailEvent(int idx) {
        long availEvent = RING + (long) size * ELEMENT_LENGTH;
        used.putShort(availEvent, (short) idx);
        areas.logDevice(availEvent, FIELD_LENGTH);
    }

    @Override
    public boolean requestKicks() {
        return requestKicksBehind(availIdx);
    }

    @Override
    public boolean requestKicksForMore() {
        return requestKicksBehind(seenAvailIdx);
    }

    private boolean requestKicksBehind(int idx) {
        if (!isUsable()) {
            return false;
        }
        if (hasEventIdx) {
            putAvailEvent(idx);
            kickIdx = idx;
        } else {
            used.putShort(FLAGS, (short) 0);
            areas.logDevice(FLAGS, FIELD_LENGTH);
        }
        // Ordering: our wish must be visible before we look again: the guest publishes a chain and
        // then looks at the wish, and one of the two must see the other's store (virtio 1.2,
        // 2.7.13.4.1), else nobody wakes us for that chain.
        VarHandle.fullFence();
        return leftTaken < left.length || Short.toUnsignedInt(avail.getShortAcquire(IDX)) != idx;
    }

    @Override
    public boolean isBacked() {
        return memory.isBacked();
    }

    @Override
    public int base() {
        return availIdx;
    }

    @Override
    public void closeInFlightLog() {
        inFlightLog.close();
    }

    /** The free-running index of the next chain to take. */
    public int availIdx() {
        return availIdx;
    }

    /** The free-running index of the next used element. */
    public int usedIdx() {
        return usedIdx;
    }

    private int slot(int idx) {
        return idx & (size - 1);
    }

    private static int increment(int idx) {
        return (idx + 1) & 0xFFFF;
    }

    private static int distance(int from, int to) {
        return (to - from) & 0xFFFF;
    }
}
