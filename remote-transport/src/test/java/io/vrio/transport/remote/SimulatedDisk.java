// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.clock.NanoClock;
import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A disk in memory with a volatile cache, whose requests take a while and overtake each other. A
 * crash loses what was not flushed, sector by sector as chance has it. One thread.
 */
public final class SimulatedDisk implements BlockDisk, BlockPort {
    private static final int SECTOR = DiskProperties.SECTOR;

    private final NativeBuffer cachedMemory;
    private final NativeBuffer durableMemory;
    private final MemorySlice cached;
    private final MemorySlice durable;
    private final SplittableRandom random;
    private final NanoClock clock;
    private final long delayMaxNs;
    private final DiskProperties properties;
    private final List<Pending> pending = new ArrayList<>();
    private long incarnation = 1;
    private long executed;

    private record Pending(BlockRequest request, long dueNs) {}

    public SimulatedDisk(long capacity, NanoClock clock, long delayMaxNs, long seed) {
        cachedMemory = new NativeBuffer(capacity);
        durableMemory = new NativeBuffer(capacity);
        cached = cachedMemory.slice();
        durable = durableMemory.slice();
        this.clock = clock;
        this.delayMaxNs = delayMaxNs;
        random = new SplittableRandom(seed);
        properties = DiskProperties.ofCapacity(capacity, "simulated");
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
        long delayNs = delayMaxNs == 0 ? 0 : random.nextLong(delayMaxNs);
        if (delayNs < delayMaxNs / 2) {
            execute(request);
        } else {
            pending.add(new Pending(request, clock.nanoTime() + delayNs));
        }
    }

    /** Executes what is due; returns how much. */
    public int doWork() {
        int count = 0;
        for (int i = 0; i < pending.size(); i++) {
            if (pending.get(i).dueNs - clock.nanoTime() <= 0) {
                execute(pending.remove(i--).request);
                count++;
            }
        }
        return count;
    }

    /** Changes whenever unflushed data was lost. */
    public long incarnation() {
        return incarnation;
    }

    /** Requests that were executed in all. */
    public long executed() {
        return executed;
    }

    private void execute(BlockRequest request) {
        executed++;
        IoStatus status = properties.check(request);
        if (status == IoStatus.OK) {
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
            case DISCARD, WRITE_ZEROES -> cached.fill(at, length, (byte) 0);
            case FLUSH -> cached.copyTo(0, durable, 0, cached.length());
            case GET_ID -> request.data().fill(0, length, (byte) 0);
        }
    }

    /** The first eight bytes at {@code offset} as a read would find them now. */
    public long value(long offset) {
        return cached.getLong(offset);
    }

    /** The I/O host loses power: what was not flushed is gone or not, sector by sector. */
    public void crash() {
        pending.clear();
        incarnation++;
        for (long at = 0; at < cached.length(); at += SECTOR) {
            if (random.nextBoolean()) {
                durable.copyTo(at, cached, at, SECTOR);
            } else {
                cached.copyTo(at, durable, at, SECTOR);
            }
        }
    }

    /** The process that executes requests has died: nobody hears of those under way. */
    public void forgetPending() {
        pending.clear();
    }

    @Override
    public void abandonRequests() {
        while (!pending.isEmpty()) {
            pending.remove(pending.size() - 1).request.complete(IoStatus.IO_ERROR);
        }
    }

    @Override
    public void close() {
        cachedMemory.close();
        durableMemory.close();
    }
}
