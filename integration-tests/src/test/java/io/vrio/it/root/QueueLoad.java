// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.VirtioBlock;
import io.vrio.bench.verify.DataVerifier;
import io.vrio.bench.verify.DiskModel;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Random requests on one queue, within its own range of the disk. Its own thread. */
final class QueueLoad implements Callable<Void> {
    /** Limit: a load in which nothing ends for so long has failed. */
    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(45);

    private static final long WAIT_NS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Limit: places tried until one has no write under way; then there is a flush instead. */
    private static final int DRAWS_MAX = 16;

    private static final int BLOCK = DiskModel.BLOCK_LENGTH;

    /** Part of a disk. */
    record Range(long sector, long sectors) {}

    private record Order(int type, long sector, int length) {}

    private final BlockQueue queue;
    private final Range range;
    private final int blocksMax;
    private final DiskModel model;
    private final DataVerifier verifier;
    private final SplittableRandom random;
    private final Order[] orders;
    private volatile boolean isStopping;
    private volatile long ended;
    private long errors;

    QueueLoad(BlockQueue queue, Range range, int lengthMax, long seed) {
        this.queue = queue;
        this.range = range;
        blocksMax = lengthMax / BLOCK;
        model = new DiskModel((int) ((range.sector() + range.sectors()) * 512 / BLOCK));
        verifier = new DataVerifier(queue, model, lengthMax, 1, seed);
        random = new SplittableRandom(seed);
        orders = new Order[queue.slotCount()];
    }

    @Override
    public Void call() {
        for (int slot = 0; slot < orders.length; slot++) {
            submit(slot, draw());
        }
        queue.kickIfNeeded();
        while (!isStopping && !Thread.currentThread().isInterrupted()) {
            submit(awaitOne(), draw());
            queue.kickIfNeeded();
        }
        drain();
        readAll();
        return null;
    }

    private void drain() {
        while (queue.inFlight() > 0) {
            awaitOne();
        }
    }

    private void readAll() {
        int length = blocksMax * BLOCK;
        long end = range.sector() + range.sectors();
        for (long sector = range.sector(); sector + length / 512 <= end; sector += length / 512) {
            submit(0, new Order(VirtioBlock.READ, sector, length));
            queue.kickIfNeeded();
            drain();
        }
    }

    private int awaitOne() {
        long endNs = System.nanoTime() + STALL_NS;
        int slot = queue.takeEnded();
        while (slot < 0) {
            if (System.nanoTime() - endNs >= 0 || Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("no request has ended for 45 s");
            }
            queue.awaitEnded(WAIT_NS);
            slot = queue.takeEnded();
        }
        onEnded(slot);
        return slot;
    }

    private Order draw() {
        // As many small ones as large ones.
        int blocks = 1 + random.nextInt(1 + random.nextInt(blocksMax));
        boolean isWrite = random.nextInt(2) == 0;
        for (int i = 0; i < DRAWS_MAX && random.nextInt(20) != 0; i++) {
            long block = random.nextLong(range.sectors() * 512 / BLOCK - blocks + 1);
            long sector = range.sector() + block * DiskModel.SECTORS_PER_BLOCK;
            if (!isWrite || isFree(sector, blocks)) {
                int type = isWrite ? VirtioBlock.WRITE : VirtioBlock.READ;
                return new Order(type, sector, blocks * BLOCK);
            }
        }
        return new Order(VirtioBlock.FLUSH, 0, 0);
    }

    private boolean isFree(long sector, int blocks) {
        int first = (int) (sector / DiskModel.SECTORS_PER_BLOCK);
        for (int block = first; block < first + blocks; block++) {
            if (model.isPending(block)) {
                return false;
            }
        }
        return true;
    }

    private void submit(int slot, Order order) {
        orders[slot] = order;
        if (order.type() == VirtioBlock.WRITE) {
            verifier.beginWrite(slot, order.sector(), order.length());
        } else if (order.type() == VirtioBlock.READ) {
            verifier.beginRead(slot, order.sector(), order.length());
        }
        queue.submit(slot, order.type(), order.sector(), order.length());
    }

    private void onEnded(int slot) {
        Order order = orders[slot];
        boolean isOk = queue.status(slot) == VirtioBlock.STATUS_OK;
        if (!isOk) {
            errors++;
        }
        if (order.type() == VirtioBlock.WRITE) {
            verifier.endWrite(order.sector(), order.length(), isOk);
        } else if (order.type() == VirtioBlock.READ && isOk) {
            verifier.endRead(slot, order.sector(), order.length());
        }
        // One writer.
        ended = ended + 1;
    }

    void stop() {
        isStopping = true;
    }

    long ended() {
        return ended;
    }

    /** After the end. */
    long errors() {
        return errors;
    }

    /** After the end. */
    List<String> failures() {
        return verifier.failures();
    }

    /** After the end. */
    long verifiedSectors() {
        return verifier.verifiedSectorCount();
    }
}
