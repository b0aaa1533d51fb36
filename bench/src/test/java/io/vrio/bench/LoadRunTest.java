// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.bench.frontend.StorageDaemon;
import io.vrio.bench.verify.DataVerifier;
import io.vrio.bench.verify.DiskModel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("linux")
final class LoadRunTest {
    private static final long RUN_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Of a run that ends by itself, however slow the daemon is: enough to meet blocks again. */
    private static final long REQUESTS = 2_000;

    /** Limit: then such a run ends too early, and its test fails. */
    private static final long RUN_MAX_NS = TimeUnit.MINUTES.toNanos(1);

    private final DiskModel model =
            new DiskModel(StorageDaemon.DISK_LENGTH / DiskModel.BLOCK_LENGTH);
    private StorageDaemon daemon;
    private BlockGuest guest;
    private BlockQueue queue;
    private DataVerifier verifier;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        daemon = StorageDaemon.start(folder);
        GuestOptions options =
                GuestOptions.DEFAULT.withSlots(32, Workload.LENGTH_MAX).withMemory(256 << 20);
        guest = BlockGuest.connect(daemon.socket(), options);
        queue = guest.queue(0);
        verifier = new DataVerifier(queue, model, Workload.LENGTH_MAX, 1, 5);
    }

    @AfterEach
    void stop() {
        if (guest != null) {
            guest.close();
        }
        if (daemon != null) {
            daemon.close();
        }
    }

    @Test
    void shouldVerifyEverySectorAfterAFill() {
        LoadRun.fill(queue, verifier, model);
        LoadResult result = run("sr1m-q4", false, 100, RUN_MAX_NS);
        assertEquals(0, result.errorCount());
        assertEquals(100 << 20, result.bytes());
        assertEquals(100 << 20 >> 9, verifier.verifiedSectorCount());
        assertEquals(List.of(), verifier.failures());
    }

    @Test
    void shouldFindThatSomeoneElseWrote() {
        LoadRun.fill(queue, verifier, model);
        LoadRun.fill(queue, verifier, model);
        DiskModel otherModel = new DiskModel(model.blockCount());
        DataVerifier other = new DataVerifier(queue, otherModel, Workload.LENGTH_MAX, 1, 6);
        LoadRun.fill(queue, other, otherModel);
        run("rr4k-q32");
        assertTrue(verifier.failureCount() > 0);
    }

    @Test
    void shouldReadBackRandomWrites() {
        run("rw4k-q32");
        run("rr4k-q32");
        assertTrue(verifier.verifiedSectorCount() > 0);
        assertEquals(List.of(), verifier.failures());
    }

    @Test
    void shouldCountRequestsAndBytesAlike() {
        LoadResult result = run("rr4k-q1");
        assertEquals(REQUESTS, result.requestCount());
        assertEquals(REQUESTS * 4096, result.bytes());
        assertEquals(REQUESTS, result.latenciesNs().getTotalCount());
    }

    @Test
    void shouldEndWithItsTimeWhenRequestsHaveNoEnd() {
        LoadResult result = run("rr4k-q32", false, Long.MAX_VALUE, RUN_NS);
        assertTrue(result.elapsedNs() >= RUN_NS);
        assertEquals(0, queue.inFlight());
    }

    @Test
    void shouldNotAskForCallsWhilePolling() {
        run("rr4k-q1", true);
        // The first request was still called for: the event starts at 0.
        queue.ring().awaitCall(0);
        LoadResult result = run("rr4k-q1", true);
        assertEquals(REQUESTS, result.requestCount());
        assertFalse(queue.ring().awaitCall(0));
    }

    @Test
    void shouldNotAllocatePerRequest() {
        allocatedBytes(20_000);
        long more = allocatedBytes(20_000) - allocatedBytes(1_000);
        assertTrue(more < 19_000, more + " bytes for 19000 requests");
    }

    private long allocatedBytes(long requestCount) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        run("rr4k-q32", false, requestCount, RUN_MAX_NS);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private LoadResult run(String row) {
        return run(row, false);
    }

    private LoadResult run(String row, boolean isPolling) {
        return run(row, isPolling, REQUESTS, RUN_MAX_NS);
    }

    private LoadResult run(String row, boolean isPolling, long requestCount, long durationNs) {
        LoadRun.Order order = new LoadRun.Order(Workload.named(row), isPolling, requestCount, 9);
        return new LoadRun(queue, verifier, model, order).run(durationNs);
    }
}
