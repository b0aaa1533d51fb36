// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A disk in memory with a volatile cache, as unkind as a disk may be: requests take a while and
 * overtake each other, a flush covers only what was cached when it came, failed and interrupted
 * writes are done in part, and a crash loses what was not flushed, sector by sector as chance has
 * it. One thread.
 */
public final class SimulatedDisk implements BlockDisk, BlockPort {
    public static final String SERIAL = "simulated";

    private static final int SECTOR = DiskProperties.SECTOR;
    private static final int MILLION = 1_000_000;

    private final NativeBuffer cachedMemory;
    private final NativeBuffer durableMemory;
    private final MemorySlice cached;
    private final MemorySlice durable;
    private final SplittableRandom random;
    private final NanoClock clock;
    private final long delayMaxNs;
    private final DiskProperties properties;
    private final List<Pending> pending = new ArrayList<>();
    private int failurePpm;
    private long incarnation = 1;
    private long executed;
    private long failed;

    private record Pending(BlockRequest request, long dueNs, boolean isFailing) {}

    public SimulatedDisk(long capacity, NanoClock clock, long delayMaxNs, long seed) {
        cachedMemory = new NativeBuffer(capacity);
        durableMemory = new NativeBuffer(capacity);
        cached = cachedMemory.slice();
        durable = durableMemory.slice();
        this.clock = clock;
        this.delayMaxNs = delayMaxNs;
        random = new SplittableRandom(seed);
        properties = DiskProperties.ofCapacity(capacity, SERIAL);
    }

    /** So many requests per million fail from now on. */
    public void failures(int ppm) {
        failurePpm = ppm;
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
        // Never changes.
    }

    @Override
    public void submit(BlockRequest request) {
        boolean isFailing = failurePpm > 0 && random.nextInt(MILLION) < failurePpm;
        if (request.kind() == BlockRequestKind.FLUSH && !isFailing) {
            cached.copyTo(0, durable, 0, cached.length());
        }
        long delayNs = delayMaxNs == 0 ? 0 : random.nextLong(delayMaxNs);
        if (delayNs < delayMaxNs / 2) {
            execute(request, isFailing);
        } else {
            pending.add(new Pending(request, clock.nanoTime() + delayNs, isFailing));
        }
    }

    /** Executes what is due; returns how much. */
    public int doWork() {
        int count = 0;
        for (int i = 0; i < pending.size(); i++) {
            if (pending.get(i).dueNs - clock.nanoTime() <= 0) {
                Pending due = pending.remove(i--);
                execute(due.request, due.isFailing);
                count++;
            }
        }
        return count;
    }

    /** Requests that have begun and not ended. */
    public int underWay() {
        return pending.size();
    }

    /** When {@link #doWork} has something to do, or {@code Agent.NO_DEADLINE}. */
    public long nextDeadlineNs() {
        long nextNs = Agent.NO_DEADLINE;
        for (Pending one : pending) {
            if (nextNs == Agent.NO_DEADLINE || one.dueNs - nextNs < 0) {
                nextNs = one.dueNs;
            }
        }
        return nextNs;
    }

    /** Changes whenever unflushed data was lost. */
    public long incarnation() {
        return incarnation;
    }

    /** Requests that were executed in all. */
    public long executed() {
        return executed;
    }

    /** Requests that ended with an error because they were to. */
    public long failed() {
        return failed;
    }

    private void execute(BlockRequest request, boolean isFailing) {
        executed++;
        IoStatus status = properties.check(request);
        if (status == IoStatus.OK && isFailing) {
            applyPartly(request);
            failed++;
            status = IoStatus.IO_ERROR;
        } else if (status == IoStatus.OK) {
            apply(request);
        }
        request.complete(status);
    }

    private void apply(BlockRequest request) {
        long at = request.offset();
        long length = request.length();
        switch (request.kind()) {
            case READ -> request.data().copyFrom(0, cached, at, length);
            case WRITE -> request.data().copyTo(0, cached, at, length);
            case WRITE_ZEROES -> cached.fill(at, length, (byte) 0);
            case DISCARD -> {
                if (random.nextBoolean()) {
                    cached.fill(at, length, (byte) 0);
                }
            }
            case FLUSH -> {
                // Done when it came.
            }
            case GET_ID -> answerSerial(request);
        }
    }

    private static void answerSerial(BlockRequest request) {
        request.data().fill(0, request.length(), (byte) 0);
        for (int i = 0; i < SERIAL.length(); i++) {
            request.data().putByte(i, (byte) SERIAL.charAt(i));
        }
    }

    /** Some sectors are changed and some are not; what was read is of no use. */
    private void applyPartly(BlockRequest request) {
        if (request.kind() == BlockRequestKind.READ) {
            request.data().fill(0, request.length(), (byte) 0x55);
        }
        if (!request.kind().isChange()) {
            return;
        }
        for (long done = 0; done < request.length(); done += SECTOR) {
            if (random.nextBoolean()) {
                applySector(request, done);
            }
        }
    }

    private void applySector(BlockRequest request, long done) {
        if (request.kind() == BlockRequestKind.WRITE) {
            request.data().copyTo(done, cached, request.offset() + done, SECTOR);
        } else {
            cached.fill(request.offset() + done, SECTOR, (byte) 0);
        }
    }

    /** The first eight bytes at {@code offset} as a read would find them now. */
    public long value(long offset) {
        return cached.getLong(offset);
    }

    /** What a read would find now. */
    public MemorySlice content() {
        return cached;
    }

    /** The I/O host loses power: what was not flushed is gone or not, sector by sector. */
    public void crash() {
        incarnation++;
        for (long at = 0; at < cached.length(); at += SECTOR) {
            if (random.nextBoolean()) {
                durable.copyTo(at, cached, at, SECTOR);
            } else {
                cached.copyTo(at, durable, at, SECTOR);
            }
        }
    }

    /** Requests under way are done, not done, or done in part, and fail. */
    @Override
    public void abandonRequests() {
        while (!pending.isEmpty()) {
            BlockRequest request = pending.remove(pending.size() - 1).request;
            if (properties.check(request) == IoStatus.OK) {
                switch (random.nextInt(3)) {
                    case 0 -> apply(request);
                    case 1 -> applyPartly(request);
                    default -> {}
                }
            }
            request.complete(IoStatus.IO_ERROR);
        }
    }

    @Override
    public void close() {
        cachedMemory.close();
        durableMemory.close();
    }
}
