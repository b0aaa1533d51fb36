// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.IoStatus;
import java.util.ArrayDeque;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few threads of one disk for requests that may block for long: the worker lends them a request,
 * and it ends on the worker's thread again. Used by the disk's worker; the threads are started when
 * needed and end when idle.
 */
final class SlowLane implements AutoCloseable {
    /** What a thread of the lane does with a request. Must not touch what the worker owns. */
    @FunctionalInterface
    interface Operation {
        /**
         * @param done bytes that were moved before
         */
        IoStatus execute(BlockRequest request, long done);
    }

    private static final Logger LOG = LoggerFactory.getLogger(SlowLane.class);

    /** Limit: requests of one disk that block at the same time; the others wait in the queue. */
    static final int THREADS_MAX = 8;

    /** Limit: requests that wait; with more the worker executes one itself, which slows it down. */
    private static final int QUEUE_MAX = 4096;

    private static final int IDLE_SECONDS = 30;

    private final Consumer<Runnable> worker;
    private final ThreadPoolExecutor threads;
    private final ArrayDeque<Call> idleCalls = new ArrayDeque<>();
    private int underWayCount;

    SlowLane(String diskName, Consumer<Runnable> worker) {
        this.worker = worker;
        AtomicInteger index = new AtomicInteger();
        threads =
                new ThreadPoolExecutor(
                        THREADS_MAX,
                        THREADS_MAX,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(QUEUE_MAX),
                        task -> daemon(task, diskName + "-slow-" + index.getAndIncrement()),
                        new ThreadPoolExecutor.CallerRunsPolicy());
        threads.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Has {@code operation} executed, then ends the request with its status on the worker. */
    void submit(BlockRequest request, long done, Operation operation) {
        Call call = idleCalls.poll();
        if (call == null) {
            // As many as were ever under way at once; bounded by the pools of those who submit.
            call = new Call();
        }
        underWayCount++;
        call.begin(request, done, operation);
        threads.execute(call);
    }

    int underWayCount() {
        return underWayCount;
    }

    private void end(Call call) {
        BlockRequest request = call.request;
        IoStatus status = call.status;
        call.request = null;
        idleCalls.push(call);
        underWayCount--;
        request.complete(status);
    }

    @Override
    public void close() {
        if (underWayCount != 0) {
            throw new IllegalStateException(underWayCount + " slow requests are under way");
        }
        threads.shutdown();
    }

    /** One lent request: runs first on a thread of the lane, then on the worker. */
    private final class Call implements Runnable {
        private BlockRequest request;
        private long done;
        private Operation operation;
        private IoStatus status;

        void begin(BlockRequest request, long done, Operation operation) {
            this.request = request;
            this.done = done;
            this.operation = operation;
            status = null;
        }

        @Override
        public void run() {
            if (status == null) {
                status = execute();
                // Ordering: the worker's queue publishes what was stored here.
                worker.accept(this);
            } else {
                end(this);
            }
        }

        private IoStatus execute() {
            try {
                return operation.execute(request, done);
            } catch (InternalError e) {
                // Memory that a guest shrank under a copy: its own fault, not worth a log line.
                return IoStatus.IO_ERROR;
            } catch (RuntimeException e) {
                LOG.error("kind={} ends with an error: a fault of this program", kindName(), e);
                return IoStatus.IO_ERROR;
            }
        }

        private String kindName() {
            return request.kind().name();
        }
    }
}
