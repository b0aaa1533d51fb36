// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@code make simulate}: one seed, or as many as are wanted on all processors. Each seed is one
 * thread's and shares nothing with others.
 */
@Tag("simulate")
final class LongSimulationTest {
    private static final long PROGRESS_SECONDS = 10;

    /** Limit: failures after which no more seeds are begun. */
    private static final int FAILURES_MAX = Integer.getInteger("vrio.failures", 10);

    private final AtomicLong done = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private final Map<Long, AssertionError> failures = new ConcurrentSkipListMap<>();

    @Test
    void shouldServeAnyGuestWhateverHappens() throws InterruptedException {
        List<Long> seeds = seeds();
        ExecutorService pool =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        seeds.forEach(seed -> pool.execute(() -> run(seed)));
        pool.shutdown();
        long startedNs = System.nanoTime();
        while (!pool.awaitTermination(PROGRESS_SECONDS, TimeUnit.SECONDS)) {
            report(seeds.size(), startedNs);
        }
        report(seeds.size(), startedNs);
        assertEquals(List.of(), List.copyOf(failures.keySet()), "seeds that failed");
    }

    /**
     * One with {@code -Dvrio.seed}; else as many as {@code -Dvrio.seeds} says, from {@code
     * -Dvrio.seeds.first} on, or from 1 on behind the corpus.
     */
    private static List<Long> seeds() {
        Long one = Long.getLong("vrio.seed");
        if (one != null) {
            return List.of(one);
        }
        long first = Long.getLong("vrio.seeds.first", 1);
        long count = Long.getLong("vrio.seeds", 1000);
        List<Long> corpus = first == 1 ? SeedCorpus.seeds() : List.of();
        return LongStream.concat(
                        corpus.stream().mapToLong(Long::longValue),
                        LongStream.range(first, first + count))
                .distinct()
                .boxed()
                .toList();
    }

    private void run(long seed) {
        if (failures.size() >= FAILURES_MAX) {
            return;
        }
        try {
            ended.addAndGet(SeedRun.run(seed).ended());
        } catch (AssertionError e) {
            failures.put(seed, e);
            // At once: a long run may be stopped before it ends.
            System.out.println(e.getMessage());
        }
        done.incrementAndGet();
    }

    private void report(long total, long startedNs) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNs);
        long left = done.get() == 0 ? 0 : seconds * (total - done.get()) / done.get();
        System.out.printf(
                "simulation: %d of %d seeds, %d requests, %d failed, %d s, %d s left%n",
                done.get(), total, ended.get(), failures.size(), seconds, left);
    }
}
