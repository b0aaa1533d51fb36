// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Plays the worker that uses a disk: the thread that calls it is the worker's thread. */
public final class DiskDriver implements BlockCompletion, AutoCloseable {
    private static final int MEMORY_LENGTH = 8 << 20;
    private static final int WAIT_SECONDS = 20;

    private final NativeBuffer buffer = new NativeBuffer(MEMORY_LENGTH);
    private final LinkedBlockingQueue<Runnable> commands = new LinkedBlockingQueue<>();
    private final List<BlockRequest> ended = new ArrayList<>();
    private final List<IoStatus> statuses = new ArrayList<>();

    public DiskContext context() {
        return new DiskContext("test", "seed", commands::add);
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
        int index = ended.indexOf(request);
        while (index < 0) {
            Runnable command = commands.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            if (command == null) {
                throw new AssertionError(request.kind() + " does not end");
            }
            command.run();
            index = ended.indexOf(request);
        }
        ended.remove(index);
        return statuses.remove(index);
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
        buffer.close();
    }
}
