// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.lang.invoke.VarHandle;

/**
 * An io_uring: two rings and the entries of one in memory shared with the kernel (io_uring(7)).
 * Results are put there only when this thread enters the kernel, so nothing interrupts it. May be
 * opened by any thread; then belongs to the one that submits first. Linux 6.1 and later.
 */
public final class IoRing implements IoQueue {
    // struct io_uring_params.
    private static final int PARAMETERS_LENGTH = 120;
    private static final int CQ_ENTRIES = 4;
    private static final int SETUP_FLAGS = 8;
    private static final int FEATURES = 20;
    private static final int SQ_OFFSETS = 40;
    private static final int CQ_OFFSETS = 80;

    // struct io_sqring_offsets and io_cqring_offsets.
    private static final int HEAD = 0;
    private static final int TAIL = 4;
    private static final int SQ_FLAGS = 16;
    private static final int SQ_ARRAY = 24;
    private static final int CQ_ENTRIES_START = 20;
    private static final int CQ_FLAGS = 24;

    // struct io_uring_sqe; an allocation has its length for an address and its mode for a length.
    private static final int SQE_LENGTH = 64;
    private static final int SQE_FD = 4;
    private static final int SQE_OFFSET = 8;
    private static final int SQE_ADDRESS = 16;
    private static final int SQE_COUNT = 24;
    private static final int SQE_OPERATION_FLAGS = 28;
    private static final int SQE_TAG = 32;

    // struct io_uring_cqe.
    private static final int CQE_LENGTH = 16;
    private static final int CQE_RESULT = 8;

    private static final byte FSYNC = 3;
    private static final byte ASYNC_CANCEL = 14;
    private static final byte FALLOCATE = 17;
    private static final int FSYNC_DATASYNC = 1;

    /** R_DISABLED, SUBMIT_ALL, TASKRUN_FLAG, SINGLE_ISSUER, DEFER_TASKRUN. */
    private static final int SETUP = 1 << 6 | 1 << 7 | 1 << 9 | 1 << 12 | 1 << 13;

    /** SINGLE_MMAP, NODROP, SUBMIT_STABLE, EXT_ARG: all of Linux 6.1 have them. */
    private static final int FEATURES_NEEDED = 1 | 1 << 1 | 1 << 2 | 1 << 8;

    private static final int ENTER_GETEVENTS = 1;
    private static final int ENTER_EXT_ARG = 1 << 3;
    private static final int SQ_CQ_OVERFLOW = 1 << 1;
    private static final int SQ_TASKRUN = 1 << 2;
    private static final int CQ_EVENTFD_DISABLED = 1;
    private static final int REGISTER_EVENTFD = 4;
    private static final int REGISTER_ENABLE_RINGS = 12;

    private static final long OFFSET_RINGS = 0;
    private static final long OFFSET_ENTRIES = 0x10000000L;
    private static final int READ_WRITE = 3;
    private static final int SHARED = 1;

    // struct io_uring_getevents_arg, behind it the timespec it points to, behind that an int.
    private static final int WAIT_LENGTH = 24;
    private static final int WAIT_TIME = 16;
    private static final int EVENT_FD = 40;
    private static final int ARGUMENT_LENGTH = 48;
    private static final long NS_PER_S = 1_000_000_000;

    private final int fd;
    private final int sqEntries;
    private final int cqEntries;
    private final MemorySlice rings = new MemorySlice();
    private final MemorySlice entries = new MemorySlice();
    private final NativeBuffer argumentMemory = new NativeBuffer(ARGUMENT_LENGTH);
    private final MemorySlice argument = argumentMemory.slice();
    private final int sqHeadAt;
    private final int sqTailAt;
    private final int sqFlagsAt;
    private final int sqArrayAt;
    private final int cqHeadAt;
    private final int cqTailAt;
    private final int cqFlagsAt;
    private final int cqEntriesAt;

    /** Free-running, as all indices here: what was put and what the kernel has been given. */
    private int sqTail;

    private int sqSubmitted;
    private int cqHead;
    private boolean isEnabled;
    private boolean isClosed;
    private long tag;
    private int result;

    private IoRing(int fd, MemorySlice parameters) {
        this.fd = fd;
        sqEntries = parameters.getInt(0);
        cqEntries = parameters.getInt(CQ_ENTRIES);
        sqHeadAt = parameters.getInt(SQ_OFFSETS + HEAD);
        sqTailAt = parameters.getInt(SQ_OFFSETS + TAIL);
        sqFlagsAt = parameters.getInt(SQ_OFFSETS + SQ_FLAGS);
        sqArrayAt = parameters.getInt(SQ_OFFSETS + SQ_ARRAY);
        cqHeadAt = parameters.getInt(CQ_OFFSETS + HEAD);
        cqTailAt = parameters.getInt(CQ_OFFSETS + TAIL);
        cqFlagsAt = parameters.getInt(CQ_OFFSETS + CQ_FLAGS);
        cqEntriesAt = parameters.getInt(CQ_OFFSETS + CQ_ENTRIES_START);
    }

    /**
     * @param entries operations that can be put before a submit, a power of two; twice as many may
     *     be under way
     * @param announcer is signalled when there are results and {@link #announce} wants it
     * @throws ErrnoException where the kernel has none, or does not let us
     */
    public static IoRing open(int entries, EventFd announcer) {
        try (NativeBuffer memory = new NativeBuffer(PARAMETERS_LENGTH)) {
            MemorySlice parameters = memory.slice();
            parameters.putInt(SETUP_FLAGS, SETUP);
            // Safety: the kernel reads and writes the whole structure.
            long address = parameters.address(0, PARAMETERS_LENGTH);
            int fd = Linux.check(Linux.ioUringSetup(entries, address), "io_uring_setup");
            if ((parameters.getInt(FEATURES) & FEATURES_NEEDED) != FEATURES_NEEDED) {
                Linux.close(fd);
                throw new ErrnoException("io_uring_setup", Linux.EOPNOTSUPP);
            }
            IoRing ring = new IoRing(fd, parameters);
            try {
                ring.map();
                ring.register(announcer);
                return ring;
            } catch (ErrnoException e) {
                ring.close();
                throw e;
            }
        }
    }

    private void map() {
        long sqLength = sqArrayAt + 4L * sqEntries;
        long cqLength = cqEntriesAt + (long) CQE_LENGTH * cqEntries;
        map(rings, Math.max(sqLength, cqLength), OFFSET_RINGS);
        map(entries, (long) SQE_LENGTH * sqEntries, OFFSET_ENTRIES);
        for (int i = 0; i < sqEntries; i++) {
            // Entries are used in order, so the indirection is filled once.
            rings.putInt(sqArrayAt + 4L * i, i);
        }
        announce(false);
    }

    private void map(MemorySlice slice, long length, long offset) {
        long address = Linux.mmap(0, length, READ_WRITE, SHARED, fd, offset);
        slice.wrap(Linux.check(address, "mmap of an io_uring"), length);
    }

    private static void unmap(MemorySlice slice) {
        if (slice.length() > 0) {
            long address = slice.address(0, slice.length());
            long length = slice.length();
            // Safety: a later access fails its bounds check instead of touching unmapped memory.
            slice.wrap(0, 0);
            Linux.munmap(address, length);
        }
    }

    private void register(EventFd announcer) {
        argument.putInt(EVENT_FD, announcer.fd());
        long address = argument.address(EVENT_FD, 4);
        int registered = Linux.ioUringRegister(fd, REGISTER_EVENTFD, address, 1);
        Linux.check(registered, "io_uring_register of an eventfd");
    }

    @Override
    public int room() {
        return sqEntries - (sqTail - sqSubmitted);
    }

    @Override
    public void transfer(
            IoOperation operation, int target, long address, int length, long offset, long tag) {
        long entry = put(operation.code(), target, tag);
        entries.putLong(entry + SQE_OFFSET, offset);
        entries.putLong(entry + SQE_ADDRESS, address);
        entries.putInt(entry + SQE_COUNT, length);
    }

    @Override
    public void sync(int target, long tag) {
        long entry = put(FSYNC, target, tag);
        entries.putInt(entry + SQE_OPERATION_FLAGS, FSYNC_DATASYNC);
    }

    @Override
    public void allocate(int target, int mode, long offset, long length, long tag) {
        long entry = put(FALLOCATE, target, tag);
        entries.putLong(entry + SQE_OFFSET, offset);
        entries.putLong(entry + SQE_ADDRESS, length);
        entries.putInt(entry + SQE_COUNT, mode);
    }

    @Override
    public void cancel(long cancelledTag, long tag) {
        long entry = put(ASYNC_CANCEL, -1, tag);
        entries.putLong(entry + SQE_ADDRESS, cancelledTag);
    }

    /** Clears the next entry but for these; returns where it begins. */
    private long put(byte code, int target, long tag) {
        if (room() == 0) {
            throw new IllegalStateException("the submission queue is full");
        }
        long entry = (long) SQE_LENGTH * (sqTail++ & (sqEntries - 1));
        for (int at = 0; at < SQE_LENGTH; at += 8) {
            entries.putLong(entry + at, 0);
        }
        entries.putByte(entry, code);
        entries.putInt(entry + SQE_FD, target);
        entries.putLong(entry + SQE_TAG, tag);
        return entry;
    }

    @Override
    public boolean isAllSubmitted() {
        return sqTail == sqSubmitted;
    }

    @Override
    public boolean isSubmitNeeded() {
        return !isAllSubmitted() || areResultsWithheld();
    }

    /** The kernel delivers them when this thread enters it. */
    private boolean areResultsWithheld() {
        return (rings.getIntAcquire(sqFlagsAt) & (SQ_TASKRUN | SQ_CQ_OVERFLOW)) != 0;
    }

    @Override
    public int submit() {
        int count = publish();
        int entered = Linux.ioUringEnter(fd, count, 0, ENTER_GETEVENTS);
        onEntered();
        return entered;
    }

    @Override
    public int await(long timeoutNs) {
        argument.putLong(WAIT_TIME, argument.address(WAIT_LENGTH, 16));
        argument.putLong(WAIT_LENGTH, timeoutNs / NS_PER_S);
        argument.putLong(WAIT_LENGTH + 8, timeoutNs % NS_PER_S);
        int count = publish();
        int entered =
                Linux.ioUringEnter(
                        fd,
                        count,
                        1,
                        ENTER_GETEVENTS | ENTER_EXT_ARG,
                        argument.address(0, WAIT_LENGTH + 16),
                        WAIT_LENGTH);
        onEntered();
        return entered;
    }

    /** Shows the kernel what was put; returns how much that is. */
    private int publish() {
        if (!isEnabled) {
            Linux.check(Linux.ioUringRegister(fd, REGISTER_ENABLE_RINGS, 0, 0), "enable io_uring");
            isEnabled = true;
        }
        // Ordering: the kernel must not see the tail before the entries it covers.
        rings.putIntRelease(sqTailAt, sqTail);
        return sqTail - sqSubmitted;
    }

    private void onEntered() {
        // Also where it says that it was interrupted: what was taken before is told only here.
        sqSubmitted = rings.getIntAcquire(sqHeadAt);
    }

    @Override
    public boolean next() {
        if (cqHead == rings.getIntAcquire(cqTailAt)) {
            return false;
        }
        long entry = cqEntriesAt + (long) CQE_LENGTH * (cqHead & (cqEntries - 1));
        tag = rings.getLong(entry);
        result = rings.getInt(entry + CQE_RESULT);
        // Ordering: the kernel must not reuse the entry before it was read.
        rings.putIntRelease(cqHeadAt, ++cqHead);
        return true;
    }

    @Override
    public long tag() {
        return tag;
    }

    @Override
    public int result() {
        return result;
    }

    @Override
    public void announce(boolean isWanted) {
        rings.putIntRelease(cqFlagsAt, isWanted ? 0 : CQ_EVENTFD_DISABLED);
        // Ordering: the store must not pass the next look for results: the kernel sets its flag and
        // then looks at ours.
        VarHandle.fullFence();
    }

    @Override
    public boolean hasResults() {
        return cqHead != rings.getIntAcquire(cqTailAt) || areResultsWithheld();
    }

    /** All operations must have ended: the kernel would go on with their memory. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            unmap(entries);
            unmap(rings);
            Linux.close(fd);
            argumentMemory.close();
        }
    }
}
