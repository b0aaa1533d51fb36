// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.sys.EventFd;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.RingDriver;
import io.vrio.server.virtqueue.RingFeatures;
import io.vrio.server.virtqueue.RingLayout;
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

    private final RingDriver driver;
    private final boolean hasEventIdx;
    private final boolean hasIndirect;
    private final boolean isPolling;
    private final SplittableRandom random;
    private final EventFd call = new EventFd();
    private boolean isStarting = true;

    /** Where the device was told to begin; it may be further on. */
    private int toldBase;

    /**
     * @param isPolling whether the guest looks at the ring without being called
     */
    GuestRing(RingDriver driver, long features, boolean isPolling, SplittableRandom random) {
        this.driver = driver;
        this.isPolling = isPolling;
        this.random = random;
        hasEventIdx = (features & RingFeatures.EVENT_IDX) != 0;
        hasIndirect = (features & RingFeatures.INDIRECT_DESC) != 0;
    }

    RingDriver driver() {
        return driver;
    }

    EventFd call() {
        return call;
    }

    /** The driver begins anew with a ring that has been used so often. */
    void startAt(int count) {
        driver.startAt(count);
        toldBase = driver.layout().base();
    }

    /**
     * As a frontend knows it whose server may have died: where the ring was started last is all
     * that it can tell, and a log of what is in flight must know better.
     */
    RingLayout layout() {
        return layoutAt(toldBase);
    }

    RingLayout layoutAt(int base) {
        RingLayout begun = driver.layout();
        return new RingLayout(
                begun.size(), begun.descriptors(), begun.availRing(), begun.usedRing(), base);
    }

    /** The device serves the ring from now on, and calls once, whatever there is. */
    void onStart(int base) {
        toldBase = base;
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
        return isIndirect ? driver.offerIndirect(buffers, tableAddress) : driver.offer(buffers);
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
