// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.backends.block.BackendSpec.RamSpec;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.sys.AnonymousMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A disk in memory of this process, forgotten when closed. Memory is taken as it is written, and
 * given back by DISCARD and unmapping WRITE_ZEROES. One worker.
 */
public final class RamDisk implements BackendDisk, BlockPort {
    /** Limit: bytes zeroed or given back on the worker's thread; more goes to the slow lane. */
    private static final long QUICK_MAX = 1 << 20;

    private final String identity = "ram " + UUID.randomUUID();
    private final String name;
    private final SlowLane.Operation clear = this::clear;
    private final SerialAnswer serial;
    private final AnonymousMemory memory;
    private SlowLane lane;
    private DiskProperties properties;
    private Runnable listener;

    private RamDisk(AnonymousMemory memory, RamSpec spec, DiskContext context) {
        this.memory = memory;
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
        name = context.name();
        lane = new SlowLane(name, context.worker());
    }

    /** Makes a disk of zeroes. */
    public static RamDisk open(RamSpec spec, DiskContext context) throws BackendException {
        checkAvailable(spec.size());
        return new RamDisk(new AnonymousMemory(spec.size()), spec, context);
    }

    private static void checkAvailable(long length) throws BackendException {
        long available = availableMemory();
        if (length > available) {
            throw new BackendException(
                    "a RAM disk needs "
                            + length
                            + " bytes, this machine has "
                            + available
                            + " bytes of memory available; choose a smaller size");
        }
    }

    private static long availableMemory() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("MemAvailable:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
            return Long.MAX_VALUE;
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
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
    public void onPropertiesChange(Runnable listener) {
        this.listener = listener;
    }

    @Override
    public void submit(BlockRequest request) {
        IoStatus refusal = properties.check(request);
        IoStatus status = refusal == IoStatus.OK ? execute(request) : refusal;
        if (status != null) {
            request.complete(status);
        }
    }

    /** Returns how the request ended, or null when it ends later. */
    private IoStatus execute(BlockRequest request) {
        return switch (request.kind()) {
            case READ -> read(request);
            case WRITE -> write(request);
            case FLUSH -> IoStatus.OK;
            case DISCARD, WRITE_ZEROES -> onClear(request);
            case GET_ID -> serial.answer(request);
        };
    }

    private IoStatus read(BlockRequest request) {
        try {
            request.data().copyFrom(0, memory.slice(), request.offset(), request.length());
            return IoStatus.OK;
        } catch (InternalError e) {
            // The guest shrank its memory under the copy.
            return IoStatus.IO_ERROR;
        }
    }

    private IoStatus write(BlockRequest request) {
        try {
            request.data().copyTo(0, memory.slice(), request.offset(), request.length());
            return IoStatus.OK;
        } catch (InternalError e) {
            // The guest shrank its memory under the copy.
            return IoStatus.IO_ERROR;
        }
    }

    private IoStatus onClear(BlockRequest request) {
        if (request.length() <= QUICK_MAX) {
            return clear(request, 0);
        }
        lane.submit(request, 0, clear);
        return null;
    }

    /** Also zeroes that may not unmap: memory comes back whenever it is written. */
    private IoStatus clear(BlockRequest request, long done) {
        memory.discard(request.offset(), request.length());
        return IoStatus.OK;
    }

    @Override
    public void moveTo(DiskWorker worker) {
        lane.close();
        lane = new SlowLane(name, worker);
    }

    @Override
    public void abandonRequests() {
        lane.abandon();
    }

    @Override
    public void resize(long capacity, boolean mayShrink) throws BackendException {
        Capacity.checkChange(properties, capacity, mayShrink);
        if (lane.underWayCount() > 0) {
            throw new BackendException("cannot resize while zeroes are being written; try again");
        }
        checkAvailable(capacity - properties.capacity());
        memory.resize(capacity);
        properties = properties.withCapacity(capacity);
        if (listener != null) {
            listener.run();
        }
    }

    @Override
    public long allocatedLength() {
        return memory.allocatedLength();
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public void close() {
        lane.close();
        memory.close();
    }
}
