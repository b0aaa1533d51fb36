// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.EventFd;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.RingFeatures;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;

/**
 * A guest's ring as its driver uses it: chains with and without a table of their own, and the rules
 * by which it is called.
 */
final class GuestRing implements AutoCloseable {
    /** Limit: descriptors of one chain, so that its memory has room for the gaps between. */
    static final int PIECES_MAX = 64;

    private static final int DESCRIPTOR = 16;

    /** Bytes of a chain's own table. */
    static final int TABLE_LENGTH = PIECES_MAX * DESCRIPTOR;

    private final GuestDriver driver;
    private final boolean hasEventIdx;
    private final boolean hasIndirect;
    private final boolean isPolling;
    private final SplittableRandom random;
    private final EventFd call = new EventFd();
    private boolean isStarting = true;

    /**
     * @param isPolling whether the guest looks at the ring without being called
     */
    GuestRing(GuestDriver driver, long features, boolean isPolling, SplittableRandom random) {
        this.driver = driver;
        this.isPolling = isPolling;
        this.random = random;
        hasEventIdx = (features & RingFeatures.EVENT_IDX) != 0;
        hasIndirect = (features & RingFeatures.INDIRECT_DESC) != 0;
    }

    GuestDriver driver() {
        return driver;
    }

    EventFd call() {
        return call;
    }

    /** The device serves the ring from now on, and calls once, whatever there is. */
    void onStart() {
        isStarting = true;
    }

    /** Whether a chain of two descriptors can be offered. */
    boolean hasRoom() {
        return driver.freeCount() >= (hasIndirect ? 1 : 2);
    }

    /** Whether the next chain gets a table of its own. */
    boolean chooseIndirect() {
        return hasIndirect && (driver.freeCount() < 2 || random.nextInt(4) > 0);
    }

    /** How many descriptors the next chain may have. */
    int piecesMax(boolean isIndirect) {
        return isIndirect ? PIECES_MAX : Math.min(PIECES_MAX, driver.freeCount());
    }

    /** Puts a chain into the ring; returns its head index. */
    int offer(List<Buffer> buffers, boolean isIndirect, long tableAddress) {
        if (!isIndirect) {
            return driver.offer(buffers);
        }
        int length = buffers.size() * DESCRIPTOR;
        MemorySlice table = driver.ram().at(tableAddress, length);
        for (int i = 0; i < buffers.size(); i++) {
            Buffer buffer = buffers.get(i);
            boolean isLast = i == buffers.size() - 1;
            int flags =
                    (buffer.isWritable() ? GuestDriver.FLAG_WRITE : 0)
                            | (isLast ? 0 : GuestDriver.FLAG_NEXT);
            GuestDriver.putDescriptor(
                    table, i, buffer.guestAddress(), buffer.length(), flags, isLast ? 0 : i + 1);
        }
        return driver.offerTable(tableAddress, length);
    }

    /**
     * Takes back what has ended, if the guest was called or does not wait for it.
     *
     * @param takeAll takes what is there, and returns how much that was
     * @param underWay how many chains the device has
     */
    int takeUsed(IntSupplier takeAll, IntSupplier underWay) {
        if (!isPolling && !isCalled()) {
            return 0;
        }
        int count = 0;
        int taken;
        do {
            if (!hasEventIdx) {
                driver.suppressCalls(true);
            }
            taken = takeAll.getAsInt();
            count += taken;
            if (!isPolling) {
                wantCalls(underWay.getAsInt());
                // The device may have used more before it could see the wish.
                taken = takeAll.getAsInt();
                count += taken;
            }
        } while (taken > 0);
        return count;
    }

    /** Asks the kernel only when there is something that a call can be about. */
    private boolean isCalled() {
        boolean isCalled = (isStarting || !driver.isAllTaken()) && call.drain();
        isStarting &= !isCalled;
        return isCalled;
    }

    private void wantCalls(int underWay) {
        if (hasEventIdx) {
            int later = Math.min(3, Math.max(0, underWay - 1));
            driver.wantCallAfter(random.nextInt(later + 1));
        } else {
            driver.suppressCalls(false);
        }
    }

    @Override
    public void close() {
        call.close();
    }
}
