// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.IoRing;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Plays the worker that uses a disk: the thread that calls it is the worker's thread. */
public final class DiskDriver implements DiskWorker, BlockCompletion, AutoCloseable {
    private static final int MEMORY_LENGTH = 8 << 20;
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(20);

    private final NativeBuffer buffer = new NativeBuffer(MEMORY_LENGTH);
    private final LinkedBlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
    private final List<BlockRequest> ended = new ArrayList<>();
    private final List<IoStatus> statuses = new ArrayList<>();
    private final DiskRing ring;

    public DiskDriver() {
        this(IoRing::open);
    }

    /**
     * @param opener makes what direct disks submit to
     */
    DiskDriver(DiskRing.Opener opener) {
        ring = new DiskRing(opener, event -> {});
    }

    public DiskContext context() {
        return new DiskContext("test", "seed", this);
    }

    @Override
    public void execute(Runnable command) {
        commands.add(command);
    }

    @Override
    public DiskRing ring() {
        return ring;
    }

    /** What requests read into and write from, from its start. */
    public MemorySlice memory() {
        return buffer.slice();
    }

    /** Executes one request on the first {@code length} bytes of the memory. */
    public IoStatus run(BlockPort port, BlockRequestKind kind, long offset, long length)
            throws InterruptedException {
        return run(port, request(kind, offset, length));
    }

    /** A request that moves the first {@code length} bytes of the memory. */
    public BlockRequest request(BlockRequestKind kind, long offset, long length) {
        BlockRequest request = new BlockRequest();
        request.begin(kind, offset, length, this);
        boolean isTransfer =
                switch (kind) {
                    case READ, WRITE, GET_ID -> true;
                    case FLUSH, DISCARD, WRITE_ZEROES -> false;
                };
        if (isTransfer) {
            request.data().add(memory(), 0, (int) length);
        }
        return request;
    }

    public IoStatus run(BlockPort port, BlockRequest request) throws InterruptedException {
        port.submit(request);
        return await(request);
    }

    /** Does what the worker is asked to do until the request has ended. */
    public IoStatus await(BlockRequest request) throws InterruptedException {
        long startNs = System.nanoTime();
        while (!ended.contains(request)) {
            if (System.nanoTime() - startNs > WAIT_NS) {
                throw new AssertionError(request.kind() + " does not end");
            }
            runRound();
        }
        int index = ended.indexOf(request);
        ended.remove(index);
        return statuses.remove(index);
    }

    /** One round of the worker's duty cycle; waits a little where there is nothing to do. */
    void runRound() throws InterruptedException {
        boolean isIdle = ring.doWork() == 0;
        Runnable command = isIdle ? commands.poll(1, TimeUnit.MILLISECONDS) : commands.poll();
        if (command != null) {
            command.run();
        }
    }

    /** Whether the request has ended without anything more being done. */
    public boolean hasEnded(BlockRequest request) {
        return ended.contains(request);
    }

    @Override
    public void onComplete(BlockRequest request, IoStatus status) {
        ended.add(request);
        statuses.add(status);
    }

    /** Requests that have ended and were not asked for: must be none. */
    public int leftOverCount() {
        return ended.size() + commands.size();
    }

    @Override
    public void close() {
        ring.close();
        buffer.close();
    }
}
