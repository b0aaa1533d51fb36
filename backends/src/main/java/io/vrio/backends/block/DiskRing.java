// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.agent.Agent;
import io.vrio.common.agent.Worker;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.EventFd;
import io.vrio.common.sys.IoQueue;
import io.vrio.common.sys.IoRing;
import io.vrio.common.sys.Linux;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The io_uring of one worker, for its direct disks: what they put during a duty cycle goes to the
 * kernel with one system call, which also brings the results. Made when the first disk asks for it;
 * closed after the disks. On the worker's thread.
 */
public final class DiskRing implements Agent {
    /** Makes the queue; a seam for tests. */
    @FunctionalInterface
    interface Opener {
        /** Throws where this machine has none. */
        IoQueue open(int entries, EventFd announcer);
    }

    private static final Logger LOG = LoggerFactory.getLogger(DiskRing.class);

    /** Limit: operations in the kernel, of all disks; more wait here. Its results always fit. */
    static final int UNDER_WAY_MAX = 256;

    /** Limit: results of one duty cycle. */
    private static final int RESULTS_MAX = 256;

    /** Limit: iovecs of what is put for one system call; when they are used up it is made early. */
    private static final int IOVECS = 4 * Transfer.IOVECS_MAX;

    /** Limit: bytes copied before a system call; the device has something to do meanwhile. */
    private static final long COPIED_MAX = 64 << 10;

    private static final long ABANDON_WAIT_NS = 100_000_000;

    /**
     * Limit: a minute without any result; the device hangs. Then this worker ends, for nobody could
     * use the memory of what was abandoned for anything else.
     */
    private static final int ABANDON_WAITS_MAX = 600;

    /** Of operations without an answer that anybody waits for. */
    private static final int NO_SLOT = -1;

    private final Opener opener;
    private final Consumer<EventFd> watch;
    private final RingOperation[] slots = new RingOperation[UNDER_WAY_MAX];
    private final int[] freeSlots = new int[UNDER_WAY_MAX];
    private final ArrayDeque<RingOperation> waiting = new ArrayDeque<>();

    /** Ended while somebody waited for the end of others. */
    private final ArrayDeque<RingOperation> arrived = new ArrayDeque<>();

    private final MemorySlice iovecs = new MemorySlice();
    private int freeSlotCount;
    private int abandonedCount;
    private int iovecsUsed;
    private long copiedLength;
    private String problem;
    private EventFd announcer;
    private IoQueue queue;
    private NativeBuffer iovecMemory;
    private BouncePool bounces;

    /**
     * @param watch has the worker wake up when the counter is signalled
     */
    DiskRing(Opener opener, Consumer<EventFd> watch) {
        this.opener = opener;
        this.watch = watch;
        for (int i = 0; i < UNDER_WAY_MAX; i++) {
            freeSlots[freeSlotCount++] = i;
        }
    }

    static DiskRing of(Worker worker) {
        return new DiskRing(
                IoRing::open, event -> worker.register(event.fd(), () -> event.drain()));
    }

    /**
     * Why this machine does not let us use io_uring; null when it does. Says so once in the log.
     */
    String problem() {
        if (queue == null && problem == null) {
            open();
        }
        return problem;
    }

    private void open() {
        announcer = new EventFd();
        try {
            queue = opener.open(UNDER_WAY_MAX, announcer);
        } catch (ErrnoException e) {
            announcer.close();
            problem = e.getMessage() + hint(e.errno());
            LOG.warn("direct disks use threads, there is no io_uring: {}", problem);
            return;
        }
        watch.accept(announcer);
        iovecMemory = new NativeBuffer((long) IOVECS * SliceList.IOVEC_LENGTH);
        bounces = new BouncePool();
    }

    private static String hint(int errno) {
        return switch (errno) {
            case Linux.EPERM -> "; see sysctl kernel.io_uring_disabled, or a seccomp filter";
            case Linux.EINVAL, Linux.EOPNOTSUPP -> "; needs Linux 6.1";
            default -> "";
        };
    }

    @Override
    public String name() {
        return "io_uring";
    }

    /** Has the kernel execute it, at the end of this duty cycle or later. */
    void begin(RingOperation operation) {
        if (waiting.isEmpty() && canStart()) {
            start(operation);
        } else {
            waiting.add(operation);
        }
    }

    private boolean canStart() {
        boolean isRoom = queue.room() > 0 && IOVECS - iovecsUsed >= Transfer.IOVECS_MAX;
        if (!isRoom) {
            submit();
            isRoom = queue.room() > 0 && IOVECS - iovecsUsed >= Transfer.IOVECS_MAX;
        }
        return isRoom && freeSlotCount > 0 && !bounces.isEmpty();
    }

    private void start(RingOperation operation) {
        int slot = freeSlots[freeSlotCount - 1];
        // It may throw, where a guest's memory has vanished; then the slot stays free.
        if (!operation.lane.put(operation, slot)) {
            return;
        }
        freeSlotCount--;
        slots[slot] = operation;
        if (copiedLength >= COPIED_MAX) {
            submit();
        }
    }

    IoQueue queue() {
        return queue;
    }

    BouncePool bounces() {
        return bounces;
    }

    /** Room for the iovecs of one operation. */
    MemorySlice iovecs() {
        long length = (long) Transfer.IOVECS_MAX * SliceList.IOVEC_LENGTH;
        return iovecs.wrap(iovecMemory.slice(), (long) iovecsUsed * SliceList.IOVEC_LENGTH, length);
    }

    /** The first of them stay as they are until the next system call. */
    void keepIovecs(int count) {
        iovecsUsed += count;
    }

    /** So many bytes of an operation were copied before it was put. */
    void onCopied(long length) {
        copiedLength += length;
    }

    @Override
    public int doWork() {
        if (queue == null) {
            return 0;
        }
        int work = queue.isSubmitNeeded() ? submit() : 0;
        for (int i = 0; i < RESULTS_MAX && !arrived.isEmpty(); i++) {
            RingOperation operation = arrived.poll();
            operation.lane.onResult(operation, operation.result);
            work++;
        }
        for (int i = 0; i < RESULTS_MAX && queue.next(); i++) {
            RingOperation operation = takeEnded();
            if (operation != null) {
                operation.lane.onResult(operation, queue.result());
            }
            work++;
        }
        while (!waiting.isEmpty() && canStart()) {
            start(waiting.poll());
            work++;
        }
        return work;
    }

    /** What the kernel took; where it is short of memory, the rest is given to it again later. */
    private int submit() {
        int taken = Math.max(0, queue.submit());
        copiedLength = 0;
        if (queue.isAllSubmitted()) {
            // The kernel has copied them.
            iovecsUsed = 0;
        }
        return taken;
    }

    /** The operation whose result the queue shows; null when nobody waits for it. */
    private RingOperation takeEnded() {
        int slot = (int) queue.tag();
        if (slot == NO_SLOT) {
            return null;
        }
        RingOperation operation = slots[slot];
        slots[slot] = null;
        freeSlots[freeSlotCount++] = slot;
        if (operation.isAbandoned) {
            abandonedCount--;
            operation.lane.onAbandonedResult(operation, queue.result());
            return null;
        }
        return operation;
    }

    @Override
    public boolean prepareToBlock() {
        if (queue == null) {
            return true;
        }
        queue.announce(true);
        return queue.isAllSubmitted() && arrived.isEmpty() && !queue.hasResults();
    }

    @Override
    public void onWake() {
        if (queue != null) {
            queue.announce(false);
        }
    }

    /**
     * Takes out all operations of a lane and returns when the kernel has let go of them; whoever
     * calls it ends their requests.
     */
    List<RingOperation> abandon(RingLane lane) {
        List<RingOperation> abandoned = new ArrayList<>();
        takeOut(arrived, lane, abandoned);
        for (RingOperation operation : abandoned) {
            lane.onAbandonedResult(operation, operation.result);
        }
        takeOut(waiting, lane, abandoned);
        for (int slot = 0; slot < UNDER_WAY_MAX; slot++) {
            RingOperation operation = slots[slot];
            if (operation != null && operation.lane == lane) {
                operation.isAbandoned = true;
                abandonedCount++;
                abandoned.add(operation);
                cancel(slot, operation);
            }
        }
        awaitAbandoned();
        return abandoned;
    }

    private static void takeOut(
            ArrayDeque<RingOperation> from, RingLane lane, List<RingOperation> to) {
        for (Iterator<RingOperation> all = from.iterator(); all.hasNext(); ) {
            RingOperation operation = all.next();
            if (operation.lane == lane) {
                all.remove();
                to.add(operation);
            }
        }
    }

    private void cancel(int slot, RingOperation operation) {
        if (queue.room() == 0) {
            submit();
        }
        // A flush goes on: what it finds out about earlier writes is told only once.
        if (queue.room() > 0 && operation.request.kind().hasRange()) {
            queue.cancel(slot, NO_SLOT);
        }
    }

    /** What a device is busy with cannot be cancelled: it ends when the device has answered. */
    private void awaitAbandoned() {
        int waits = 0;
        while (abandonedCount > 0) {
            if (collect() > 0) {
                waits = 0;
            } else if (++waits > ABANDON_WAITS_MAX) {
                throw new IllegalStateException(
                        abandonedCount + " requests do not end: their device hangs");
            } else {
                queue.await(ABANDON_WAIT_NS);
            }
        }
    }

    /** Keeps the results that are there for the next duty cycle. */
    private int collect() {
        int count = 0;
        while (queue.next()) {
            RingOperation operation = takeEnded();
            if (operation != null) {
                operation.result = queue.result();
                arrived.add(operation);
            }
            count++;
        }
        return count;
    }

    @Override
    public void close() {
        if (queue == null) {
            return;
        }
        if (freeSlotCount < UNDER_WAY_MAX) {
            int count = UNDER_WAY_MAX - freeSlotCount;
            throw new IllegalStateException(count + " direct requests are under way");
        }
        queue.close();
        queue = null;
        announcer.close();
        iovecMemory.close();
        bounces.close();
    }
}
