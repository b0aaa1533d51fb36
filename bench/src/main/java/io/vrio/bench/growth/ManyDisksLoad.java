// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.VhostUserException;
import io.vrio.bench.frontend.VirtioBlock;
import io.vrio.common.sys.Epoll;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Keeps a number of 4 KiB random reads in flight on each of many disks, from one thread: a thread
 * for each would measure the scheduler. Looks at all disks while there is something, then asks all
 * for a call, looks once more, and blocks.
 */
final class ManyDisksLoad implements AutoCloseable {
    private static final int LENGTH = 4096;
    private static final int SECTORS = LENGTH / VirtioBlock.SECTOR_LENGTH;

    /** Limit: a run in which nothing ends for so long has failed. */
    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(30);

    private final List<BlockQueue> queues;
    private final long choices;
    private final SplittableRandom random = new SplittableRandom(1);
    private final Epoll calls = new Epoll();
    private final Histogram latencies = new Histogram(STALL_NS, 3);
    private final long[][] submittedNs;
    private int inFlight;
    private long endedNs;
    private long errorCount;

    /** What a run came to. */
    record Outcome(Histogram latenciesNs, long elapsedNs, long errorCount) {
        double requestsPerSecond() {
            return latenciesNs.getTotalCount() * 1e9 / elapsedNs;
        }
    }

    /**
     * @param capacity bytes of each disk
     */
    ManyDisksLoad(List<BlockQueue> queues, long capacity) {
        this.queues = queues;
        choices = capacity / LENGTH;
        submittedNs = new long[queues.size()][];
        for (int i = 0; i < queues.size(); i++) {
            submittedNs[i] = new long[queues.get(i).slotCount()];
            calls.add(queues.get(i).ring().callFd(), Epoll.READABLE, i);
        }
    }

    /** What is in flight at the end of the time is waited for but not counted. */
    Outcome run(int depth, long durationNs) {
        latencies.reset();
        errorCount = 0;
        long startNs = System.nanoTime();
        endedNs = startNs;
        for (int i = 0; i < queues.size(); i++) {
            for (int slot = 0; slot < depth; slot++) {
                submit(i, slot);
            }
            queues.get(i).kickIfNeeded();
        }
        long elapsedNs = 0;
        while (elapsedNs < durationNs) {
            step(true);
            elapsedNs = System.nanoTime() - startNs;
        }
        Outcome outcome = new Outcome(latencies.copy(), elapsedNs, errorCount);
        while (inFlight > 0) {
            step(false);
        }
        return outcome;
    }

    private void submit(int index, int slot) {
        submittedNs[index][slot] = System.nanoTime();
        long sector = random.nextLong(choices) * SECTORS;
        queues.get(index).submit(slot, VirtioBlock.READ, sector, LENGTH);
        inFlight++;
    }

    private void step(boolean isOpen) {
        int ended = 0;
        for (int i = 0; i < queues.size(); i++) {
            ended += take(i, isOpen);
        }
        if (ended == 0) {
            await();
        } else {
            endedNs = System.nanoTime();
        }
    }

    private int take(int index, boolean isOpen) {
        BlockQueue queue = queues.get(index);
        int ended = 0;
        int slot = queue.takeEnded();
        // Limit: one round of the slots; then the others get their turn.
        while (slot >= 0 && ended < queue.slotCount()) {
            ended++;
            inFlight--;
            latencies.recordValue(System.nanoTime() - submittedNs[index][slot]);
            if (queue.status(slot) != VirtioBlock.STATUS_OK) {
                errorCount++;
            }
            if (isOpen) {
                submit(index, slot);
            }
            slot = ended < queue.slotCount() ? queue.takeEnded() : -1;
        }
        if (ended > 0) {
            queue.kickIfNeeded();
        }
        return ended;
    }

    private void await() {
        boolean isReady = false;
        for (BlockQueue queue : queues) {
            isReady |= queue.ring().enableCalls();
        }
        if (isReady) {
            return;
        }
        int count = calls.await(STALL_NS);
        // A signal ends the wait too.
        if (count == 0 && System.nanoTime() - endedNs > STALL_NS) {
            throw new VhostUserException("no request has ended for 30 s");
        }
        for (int i = 0; i < count; i++) {
            queues.get(calls.key(i)).ring().takeCall();
        }
    }

    @Override
    public void close() {
        calls.close();
    }
}
