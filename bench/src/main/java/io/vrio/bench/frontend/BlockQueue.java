// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

import io.vrio.common.memory.MemorySlice;

/**
 * Block requests on one queue: a fixed number of slots, each with its header, status and data in
 * guest memory. Checks that the backend ends each request once and touches nothing else. One
 * thread; allocates nothing after construction.
 */
public final class BlockQueue implements AutoCloseable {
    private static final int NOT_WRITTEN = 0xFF;
    private static final int STATUS_OFFSET = 32;
    private static final int CONTROL_LENGTH = 64;

    private final DriverQueue ring;
    private final boolean isIndirect;
    private final int chainLengthMax;
    private final Slot[] slots;
    private int inFlight;

    /** What one request needs in guest memory. */
    private static final class Slot {
        final long controlAddress;
        final MemorySlice control;
        final long tableAddress;
        final MemorySlice table;
        final DataBuffer written;
        final DataBuffer read;
        boolean isInFlight;
        int type;
        int usedLength;

        Slot(GuestMemory memory, int dataMax, int chainLengthMax) {
            long offset = memory.allocate(CONTROL_LENGTH, CONTROL_LENGTH);
            controlAddress = memory.guestAddress(offset);
            control = memory.slice().slice(offset, CONTROL_LENGTH);
            int tableLength = chainLengthMax * VirtioBlock.DESCRIPTOR_LENGTH;
            long tableOffset = memory.allocate(tableLength, VirtioBlock.DESCRIPTOR_LENGTH);
            tableAddress = memory.guestAddress(tableOffset);
            table = memory.slice().slice(tableOffset, tableLength);
            written = new DataBuffer(memory, dataMax);
            read = new DataBuffer(memory, dataMax);
        }
    }

    /**
     * @param isIndirect whether VIRTIO_F_INDIRECT_DESC was negotiated; without, each slot needs its
     *     whole chain in the ring
     */
    public BlockQueue(
            DriverQueue ring, GuestMemory memory, int slotCount, int dataMax, boolean isIndirect) {
        this.ring = ring;
        this.isIndirect = isIndirect;
        chainLengthMax = DataBuffer.segmentCount(dataMax) + 2;
        int descriptorsOfSlot = isIndirect ? 1 : chainLengthMax;
        if (slotCount * descriptorsOfSlot > ring.size()) {
            throw new IllegalArgumentException(
                    "a ring of " + ring.size() + " has no room for " + slotCount + " requests");
        }
        slots = new Slot[slotCount];
        for (int i = 0; i < slotCount; i++) {
            slots[i] = new Slot(memory, dataMax, chainLengthMax);
        }
    }

    public DriverQueue ring() {
        return ring;
    }

    public int slotCount() {
        return slots.length;
    }

    public int inFlight() {
        return inFlight;
    }

    /** What a WRITE or DISCARD of this slot carries. Must not change while in flight. */
    public DataBuffer written(int slot) {
        return slots[slot].written;
    }

    /** What a READ or GET_ID of this slot has brought. */
    public DataBuffer read(int slot) {
        return slots[slot].read;
    }

    /**
     * Offers a request without telling the backend: {@link #kickIfNeeded} does, once for many.
     *
     * @param type see {@link VirtioBlock}
     * @param dataLength bytes of data; 0 for FLUSH
     */
    public void submit(int index, int type, long sector, int dataLength) {
        Slot slot = slots[index];
        if (slot.isInFlight) {
            throw new IllegalStateException("slot " + index + " is in flight");
        }
        slot.isInFlight = true;
        slot.type = type;
        inFlight++;
        slot.control.putInt(0, type);
        slot.control.putInt(4, 0);
        slot.control.putLong(8, sector);
        slot.control.putByte(STATUS_OFFSET, (byte) NOT_WRITTEN);
        ring.offer(
                isIndirect ? putIndirect(index, slot, dataLength) : putDirect(index, dataLength));
    }

    private int putIndirect(int index, Slot slot, int dataLength) {
        int count = putChain(slot.table, slot, 0, dataLength);
        ring.putDescriptor(
                index,
                slot.tableAddress,
                count * VirtioBlock.DESCRIPTOR_LENGTH,
                VirtioBlock.DESCRIPTOR_INDIRECT,
                0);
        return index;
    }

    private int putDirect(int index, int dataLength) {
        int head = index * chainLengthMax;
        putChain(ring.descriptors(), slots[index], head, dataLength);
        return head;
    }

    private static int putChain(MemorySlice table, Slot slot, int head, int dataLength) {
        final int next = VirtioBlock.DESCRIPTOR_NEXT;
        boolean isToGuest = slot.type == VirtioBlock.READ || slot.type == VirtioBlock.GET_ID;
        DataBuffer data = isToGuest ? slot.read : slot.written;
        int dataFlags = next | (isToGuest ? VirtioBlock.DESCRIPTOR_WRITE : 0);
        int at = head;
        DriverQueue.putDescriptor(
                table, at, slot.controlAddress, VirtioBlock.HEADER_LENGTH, next, at + 1);
        at++;
        for (int done = 0; done < dataLength; done += DataBuffer.SEGMENT_LENGTH) {
            int part = Math.min(DataBuffer.SEGMENT_LENGTH, dataLength - done);
            long address = data.guestAddress(done / DataBuffer.SEGMENT_LENGTH);
            DriverQueue.putDescriptor(table, at, address, part, dataFlags, at + 1);
            at++;
        }
        long statusAddress = slot.controlAddress + STATUS_OFFSET;
        DriverQueue.putDescriptor(table, at, statusAddress, 1, VirtioBlock.DESCRIPTOR_WRITE, 0);
        return at + 1 - head;
    }

    public void kickIfNeeded() {
        ring.kickIfNeeded();
    }

    /**
     * Takes a request that the backend has ended.
     *
     * @return its slot, or -1 when there is none
     * @throws VhostUserException when the backend ends what was not in flight
     */
    public int takeEnded() {
        long head = ring.takeUsed();
        if (head < 0) {
            return -1;
        }
        long index = isIndirect ? head : head / chainLengthMax;
        boolean isHead = isIndirect || head % chainLengthMax == 0;
        if (!isHead || index >= slots.length || !slots[(int) index].isInFlight) {
            throw new VhostUserException("the backend ended head " + head + ", not in flight");
        }
        Slot slot = slots[(int) index];
        slot.isInFlight = false;
        slot.usedLength = ring.usedLength();
        inFlight--;
        return (int) index;
    }

    /** The status byte of a request that has ended; 255 when the backend wrote none. */
    public int status(int slot) {
        return slots[slot].control.getUnsignedByte(STATUS_OFFSET);
    }

    /** Bytes that the backend says it wrote, of a request that has ended. */
    public int usedLength(int slot) {
        return slots[slot].usedLength;
    }

    /**
     * Waits as an interrupt-driven driver does: asks for a call, looks once more, blocks.
     *
     * @return false when nothing ended within the time
     */
    public boolean awaitEnded(long timeoutNs) {
        boolean isReady = ring.enableCalls() || ring.awaitCall(timeoutNs);
        ring.disableCalls();
        return isReady;
    }

    /**
     * One request, waited for; for tests and set-up.
     *
     * @return its status byte
     */
    public int execute(int slot, int type, long sector, int dataLength, long timeoutNs) {
        submit(slot, type, sector, dataLength);
        kickIfNeeded();
        long deadlineNs = System.nanoTime() + timeoutNs;
        int ended = takeEnded();
        while (ended != slot) {
            if (ended >= 0) {
                throw new IllegalStateException("slot " + ended + " was in flight beside");
            }
            long leftNs = deadlineNs - System.nanoTime();
            if (leftNs <= 0) {
                throw new VhostUserException("request type " + type + " did not end in time");
            }
            awaitEnded(leftNs);
            ended = takeEnded();
        }
        return status(slot);
    }

    @Override
    public void close() {
        ring.close();
    }
}
