// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.IoStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

    private final DiskWorker worker;
    private final ThreadPoolExecutor threads;
    private final ArrayDeque<Call> idleCalls = new ArrayDeque<>();
    private final ArrayList<Call> callsUnderWay = new ArrayList<>();

    SlowLane(String diskName, DiskWorker worker) {
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
        callsUnderWay.add(call);
        call.begin(request, done, operation);
        threads.execute(call);
    }

    int underWayCount() {
        return callsUnderWay.size();
    }

    private void end(Call call) {
        callsUnderWay.remove(call);
        BlockRequest request = call.take();
        IoStatus status = call.status;
        idleCalls.push(call);
        request.complete(status);
    }

    /**
     * Ends every request under way with IO_ERROR: those that wait are never executed; for those
     * that a thread is busy with it waits, because the kernel cannot be told to stop.
     */
    void abandon() {
        List<Call> calls = List.copyOf(callsUnderWay);
        for (Call call : calls) {
            callsUnderWay.remove(call);
            boolean wasWaiting = threads.getQueue().remove(call);
            if (!wasWaiting) {
                call.awaitExecuted();
            }
            BlockRequest request = call.take();
            if (wasWaiting) {
                idleCalls.push(call);
            }
            request.complete(IoStatus.IO_ERROR);
        }
    }

    @Override
    public void close() {
        if (!callsUnderWay.isEmpty()) {
            throw new IllegalStateException(underWayCount() + " slow requests are under way");
        }
        threads.shutdown();
    }

    /** One lent request: runs first on a thread of the lane, then on the worker. */
    private final class Call implements Runnable {
        private BlockRequest request;
        private long done;
        private Operation operation;
        private IoStatus status;
        private boolean isExecuted;

        void begin(BlockRequest request, long done, Operation operation) {
            this.request = request;
            this.done = done;
            this.operation = operation;
            isExecuted = false;
        }

        @Override
        public void run() {
            if (!isExecuted) {
                IoStatus result = execute();
                synchronized (this) {
                    status = result;
                    isExecuted = true;
                    notifyAll();
                }
                worker.execute(this);
            } else if (request == null) {
                // Abandoned meanwhile; only now does nobody refer to this call any more.
                idleCalls.push(this);
            } else {
                end(this);
            }
        }

        /** Blocks the worker until the thread of the lane has let go of the request. */
        synchronized void awaitExecuted() {
            boolean isInterrupted = false;
            while (!isExecuted) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    // Going on would let the kernel write to memory that is used otherwise.
                    isInterrupted = true;
                }
            }
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }

        BlockRequest take() {
            BlockRequest taken = request;
            request = null;
            return taken;
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
