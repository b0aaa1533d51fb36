// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.consolidation;

import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.VhostUserException;
import io.vrio.bench.frontend.VirtioBlock;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * What a guest does with one disk: while its host is busy, so many random reads at a time. Waits
 * for the backend as an interrupt-driven guest does. One thread.
 */
final class DiskLoad {
    private static final int LENGTH = 4096;
    private static final int SECTORS = LENGTH / VirtioBlock.SECTOR_LENGTH;

    /** Limit: a run in which nothing ends for so long has failed. */
    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(30);

    private final BlockQueue queue;
    private final int depth;
    private final long choices;
    private final SplittableRandom random;
    private final Histogram latencies = new Histogram(STALL_NS, 3);
    private final long[] submittedNs;
    private long errorCount;

    /** What a run came to. */
    record Outcome(Histogram latenciesNs, long errorCount) {}

    DiskLoad(BlockQueue queue, int depth, long capacity, long seed) {
        this.queue = queue;
        this.depth = depth;
        choices = capacity / LENGTH;
        random = new SplittableRandom(seed);
        submittedNs = new long[depth];
    }

    /** Only requests that end within the time count. */
    Outcome run(Pattern pattern, int host, long startNs, long durationNs) {
        latencies.reset();
        errorCount = 0;
        long nowNs = System.nanoTime();
        while (nowNs - startNs < durationNs) {
            long atNs = Math.max(0, nowNs - startNs);
            if (pattern.isBusy(host, atNs)) {
                fill();
                step(true);
            } else if (queue.inFlight() > 0) {
                step(true);
            } else {
                LockSupport.parkNanos(pattern.untilNextSlotNs(atNs));
            }
            nowNs = System.nanoTime();
        }
        while (queue.inFlight() > 0) {
            step(false);
        }
        return new Outcome(latencies.copy(), errorCount);
    }

    private void fill() {
        for (int slot = 0; slot < depth && queue.inFlight() < depth; slot++) {
            if (submittedNs[slot] == 0) {
                submittedNs[slot] = System.nanoTime();
                long sector = random.nextLong(choices) * SECTORS;
                queue.submit(slot, VirtioBlock.READ, sector, LENGTH);
            }
        }
        queue.kickIfNeeded();
    }

    private void step(boolean isCounted) {
        int slot = queue.takeEnded();
        long waitedNs = System.nanoTime();
        // A signal ends the wait too.
        boolean isOver = slot < 0 && !queue.awaitEnded(STALL_NS);
        long nowNs = System.nanoTime();
        if (isOver && nowNs - waitedNs >= STALL_NS) {
            throw new VhostUserException("no request has ended for 30 s");
        }
        // Limit: one round of the slots.
        for (int i = 0; slot >= 0 && i < depth; i++) {
            if (isCounted) {
                latencies.recordValue(Math.min(nowNs - submittedNs[slot], STALL_NS));
            }
            if (queue.status(slot) != VirtioBlock.STATUS_OK) {
                errorCount++;
            }
            submittedNs[slot] = 0;
            slot = i + 1 < depth ? queue.takeEnded() : -1;
        }
    }
}
