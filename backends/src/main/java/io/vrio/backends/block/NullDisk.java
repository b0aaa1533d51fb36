// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.backends.block.BackendSpec.NullSpec;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;

/**
 * Ends every request well and keeps nothing: reads return zeroes. What remains when the medium
 * costs nothing, and the backend to copy when writing a new one. On request, reads and writes cost
 * the worker CPU time, as services in their way would. One worker.
 */
public final class NullDisk implements BackendDisk, BlockPort {
    private final SerialAnswer serial;
    private final long workNs;

    /** Null unless there is work to do. */
    private final ThreadMXBean threads;

    private DiskProperties properties;
    private Runnable listener;

    NullDisk(NullSpec spec, DiskContext context) {
        DiskOptions options = spec.options();
        int blockSize = options.blockSizeOr(DiskProperties.SECTOR);
        properties =
                new DiskProperties(
                        spec.size(),
                        blockSize,
                        Math.max(blockSize, 4096),
                        0,
                        options.isReadOnly(),
                        true,
                        true,
                        context.serial(options));
        serial = new SerialAnswer(properties.serial());
        workNs = TimeUnit.MICROSECONDS.toNanos(spec.workUs());
        threads = workNs == 0 ? null : ManagementFactory.getThreadMXBean();
    }

    @Override
    public DiskProperties properties() {
        return properties;
    }

    @Override
    public BlockPort port() {
        return this;
    }

    @Override
    public void submit(BlockRequest request) {
        request.complete(execute(request));
    }

    private IoStatus execute(BlockRequest request) {
        IoStatus refusal = properties.check(request);
        if (refusal != IoStatus.OK) {
            return refusal;
        }
        return switch (request.kind()) {
            case READ -> read(request);
            case WRITE -> write();
            case FLUSH, DISCARD, WRITE_ZEROES -> IoStatus.OK;
            case GET_ID -> serial.answer(request);
        };
    }

    private IoStatus read(BlockRequest request) {
        work();
        // Safety: the memory may hold what another guest read before.
        request.data().fill(0, request.length(), (byte) 0);
        return IoStatus.OK;
    }

    private IoStatus write() {
        work();
        return IoStatus.OK;
    }

    /** By the thread's own clock: time in which another has the CPU is no work. */
    private void work() {
        if (workNs == 0) {
            return;
        }
        long startNs = threads.getCurrentThreadCpuTime();
        // Limit: 10 ms, by the option's range.
        while (threads.getCurrentThreadCpuTime() - startNs < workNs) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void onPropertiesChange(Runnable listener) {
        this.listener = listener;
    }

    @Override
    public void abandonRequests() {
        // Every request has ended before submit returned.
    }

    @Override
    public void resize(long capacity, boolean mayShrink) throws BackendException {
        Capacity.checkChange(properties, capacity, mayShrink);
        properties = properties.withCapacity(capacity);
        if (listener != null) {
            listener.run();
        }
    }

    @Override
    public long allocatedLength() {
        return 0;
    }

    @Override
    public String identity() {
        return "null";
    }

    @Override
    public void close() {}
}
