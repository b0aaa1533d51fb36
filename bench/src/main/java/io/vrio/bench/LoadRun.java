// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.VhostUserException;
import io.vrio.bench.frontend.VirtioBlock;
import io.vrio.bench.verify.DataVerifier;
import io.vrio.bench.verify.DiskModel;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Keeps a fixed number of requests in flight on one queue, measures each and has its data verified.
 *
 * <p>Waits for the backend as an interrupt-driven guest does, unless told to poll. One thread; one
 * run.
 */
final class LoadRun {
    /** Limit: a run in which nothing ends for so long has failed. */
    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(60);

    /** Limit: highest latency that the histogram tells apart. */
    private static final long LATENCY_MAX_NS = TimeUnit.SECONDS.toNanos(100);

    /** Limit: random blocks tried until one has no write in flight; there are far more blocks. */
    private static final int DRAWS_MAX = 64;

    private final BlockQueue queue;
    private final DataVerifier verifier;
    private final DiskModel model;
    private final Workload workload;
    private final SplittableRandom random;
    private final int type;
    private final boolean isPolling;
    private final long requestCountMax;
    private final long[] submittedNs;
    private final long[] sectors;
    private final Histogram latencies = new Histogram(LATENCY_MAX_NS, 3);
    private long endedNs;
    private long submitted;
    private long errorCount;
    private int nextBlock;

    /**
     * What is asked of one run.
     *
     * @param isPolling whether the guest looks at the ring without pause instead of blocking
     * @param requestCountMax no further request is submitted after so many
     */
    record Order(Workload workload, boolean isPolling, long requestCountMax, long seed) {
        Order(Workload workload, boolean isPolling, long seed) {
            this(workload, isPolling, Long.MAX_VALUE, seed);
        }
    }

    LoadRun(BlockQueue queue, DataVerifier verifier, DiskModel model, Order order) {
        this.queue = queue;
        this.verifier = verifier;
        this.model = model;
        workload = order.workload();
        isPolling = order.isPolling();
        requestCountMax = order.requestCountMax();
        random = new SplittableRandom(order.seed());
        type = workload.isWrite() ? VirtioBlock.WRITE : VirtioBlock.READ;
        submittedNs = new long[workload.depth()];
        sectors = new long[workload.depth()];
    }

    /** Writes the whole disk once. */
    static void fill(BlockQueue queue, DataVerifier verifier, DiskModel model) {
        Workload fill = Workload.FILL;
        long count = (long) model.blockCount() * DiskModel.BLOCK_LENGTH / fill.length();
        new LoadRun(queue, verifier, model, new Order(fill, false, count, 0))
                .run(TimeUnit.MINUTES.toNanos(10));
    }

    /** Runs for a time; what is in flight at its end is waited for but not counted. */
    LoadResult run(long durationNs) {
        long startNs = System.nanoTime();
        endedNs = startNs;
        if (isPolling) {
            queue.ring().disableCalls();
        }
        for (int slot = 0; slot < workload.depth(); slot++) {
            submit(slot);
        }
        queue.kickIfNeeded();
        long nowNs = startNs;
        while (nowNs - startNs < durationNs && queue.inFlight() > 0) {
            nowNs = step(true);
        }
        long elapsedNs = nowNs - startNs;
        Histogram counted = latencies.copy();
        while (queue.inFlight() > 0) {
            step(false);
        }
        long count = counted.getTotalCount();
        return new LoadResult(elapsedNs, count, count * workload.length(), errorCount, counted);
    }

    /** Takes what has ended, submits successors, waits when there was nothing. */
    private long step(boolean isOpen) {
        int slot = queue.takeEnded();
        long nowNs = System.nanoTime();
        if (slot < 0) {
            await(nowNs);
            return nowNs;
        }
        endedNs = nowNs;
        // Limit: one round of the slots; then the backend gets its kick and the caller the time.
        for (int i = 0; slot >= 0 && i < workload.depth(); i++) {
            onEnded(slot, nowNs);
            if (isOpen) {
                submit(slot);
            }
            slot = i + 1 < workload.depth() ? queue.takeEnded() : -1;
            nowNs = System.nanoTime();
        }
        queue.kickIfNeeded();
        return nowNs;
    }

    /** Blocks until the backend calls, or spins once; throws when all stands still. */
    private void await(long nowNs) {
        if (isPolling) {
            Thread.onSpinWait();
        } else {
            queue.awaitEnded(STALL_NS);
        }
        if (nowNs - endedNs > STALL_NS) {
            throw new VhostUserException(workload.name() + ": no request has ended for 60 s");
        }
    }

    private void submit(int slot) {
        if (submitted == requestCountMax) {
            return;
        }
        submitted++;
        int block = chooseBlock();
        long sector = (long) block * DiskModel.SECTORS_PER_BLOCK;
        sectors[slot] = sector;
        if (workload.isWrite()) {
            verifier.beginWrite(slot, sector, workload.length());
        } else {
            verifier.beginRead(slot, sector, workload.length());
        }
        submittedNs[slot] = System.nanoTime();
        queue.submit(slot, type, sector, workload.length());
    }

    private int chooseBlock() {
        int blocks = workload.length() / DiskModel.BLOCK_LENGTH;
        int choices = model.blockCount() / blocks;
        if (!workload.isRandom()) {
            int block = nextBlock * blocks;
            nextBlock = (nextBlock + 1) % choices;
            return block;
        }
        for (int draw = 0; draw < DRAWS_MAX; draw++) {
            int block = random.nextInt(choices) * blocks;
            if (!workload.isWrite() || !model.isPending(block)) {
                return block;
            }
        }
        throw new IllegalStateException("the disk is too small for so many writes in flight");
    }

    private void onEnded(int slot, long nowNs) {
        latencies.recordValue(Math.min(nowNs - submittedNs[slot], LATENCY_MAX_NS));
        boolean isOk = queue.status(slot) == VirtioBlock.STATUS_OK;
        if (!isOk) {
            errorCount++;
        }
        if (workload.isWrite()) {
            verifier.endWrite(sectors[slot], workload.length(), isOk);
        } else if (isOk) {
            verifier.endRead(slot, sectors[slot], workload.length());
        }
    }
}
