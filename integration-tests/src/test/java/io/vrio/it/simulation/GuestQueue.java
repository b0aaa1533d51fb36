// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.EventFd;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** One queue of the guest: its ring, its requests, and how it is called. */
final class GuestQueue implements AutoCloseable {
    /** Limit: descriptors of one request, so that its memory has room for the gaps between. */
    private static final int PIECES_MAX = 64;

    /** A request that is cut into a few pieces is the usual one. */
    private static final int PIECES_USUAL = 6;

    private static final int DESCRIPTOR = 16;

    private final Scenario.Rings rings;
    private final SplittableRandom random;
    private final GuestDriver driver;
    private final EventFd call = new EventFd();
    private final GuestRequest[] byHead;
    private final List<GuestRequest> all = new ArrayList<>();
    private final ArrayDeque<GuestRequest> free = new ArrayDeque<>();
    private long startedAt;
    private int noticedIdx;

    /** Hears of ended requests, with the bytes the device says it has written. */
    interface Listener {
        void onEnd(GuestRequest request, int usedLength);
    }

    GuestQueue(
            Scenario scenario, GuestDriver driver, NativeBuffer scratch, SplittableRandom random) {
        rings = scenario.rings();
        this.random = random;
        this.driver = driver;
        driver.startAt(rings.firstIndex());
        noticedIdx = driver.availIdx();
        GuestRam ram = driver.ram();
        byHead = new GuestRequest[rings.size()];
        int length = scenario.load().sectorsMax() * SectorHistory.SECTOR + RequestMemory.OVERHEAD;
        for (int i = 0; i < scenario.load().depth(); i++) {
            long table = ram.allocate((long) PIECES_MAX * DESCRIPTOR, DESCRIPTOR);
            GuestRequest request = new GuestRequest(new RequestMemory(ram, length), scratch, table);
            all.add(request);
            free.add(request);
        }
    }

    GuestDriver driver() {
        return driver;
    }

    EventFd call() {
        return call;
    }

    /** Whether another request can be offered now. */
    boolean hasRoom() {
        return !free.isEmpty() && driver.freeCount() >= (rings.hasIndirect() ? 1 : 2);
    }

    /** A request to be filled in and offered, or given back. */
    GuestRequest take() {
        return free.poll();
    }

    void giveBack(GuestRequest request) {
        free.addFirst(request);
    }

    int underWay() {
        return all.size() - free.size();
    }

    /** Whether a request under way has sectors in common with this one. */
    boolean overlaps(GuestRequest request) {
        for (GuestRequest other : byHead) {
            if (other != null && other.overlaps(request)) {
                return true;
            }
        }
        return false;
    }

    /** The device serves the ring from now on. */
    void onStart(long event) {
        startedAt = event;
    }

    /** Puts the request into the ring; whether the device wants a kick for it. */
    boolean offer(GuestRequest request) {
        boolean isIndirect =
                rings.hasIndirect() && (driver.freeCount() < 2 || random.nextInt(4) > 0);
        int limit = isIndirect ? PIECES_MAX : Math.min(PIECES_MAX, driver.freeCount());
        int usual = Math.min(limit, PIECES_USUAL);
        request.write(random.nextInt(8) == 0 ? limit : usual, random);
        List<Buffer> buffers = request.memory.buffers();
        int head = isIndirect ? offerIndirect(request, buffers) : driver.offer(buffers);
        byHead[head] = request;
        return driver.isKickWanted();
    }

    private int offerIndirect(GuestRequest request, List<Buffer> buffers) {
        int length = buffers.size() * DESCRIPTOR;
        MemorySlice table = driver.ram().at(request.tableAddress, length);
        for (int i = 0; i < buffers.size(); i++) {
            Buffer buffer = buffers.get(i);
            boolean isLast = i == buffers.size() - 1;
            int flags =
                    (buffer.isWritable() ? GuestDriver.FLAG_WRITE : 0)
                            | (isLast ? 0 : GuestDriver.FLAG_NEXT);
            GuestDriver.putDescriptor(
                    table, i, buffer.guestAddress(), buffer.length(), flags, isLast ? 0 : i + 1);
        }
        return driver.offerTable(request.tableAddress, length);
    }

    /** Tells of requests that are in the used ring since the last look; the guest takes no part. */
    void noticeUsed(Consumer<GuestRequest> listener) {
        Used used = driver.usedAt(noticedIdx);
        while (used != null) {
            GuestRequest request = byHead[used.headIndex()];
            request.servedSince = Math.max(request.begunAt, startedAt);
            listener.accept(request);
            noticedIdx = noticedIdx + 1 & 0xFFFF;
            used = driver.usedAt(noticedIdx);
        }
    }

    /** Takes back what has ended, if the guest was called or does not wait for it. */
    int takeUsed(Listener listener) {
        if (!rings.isPolling() && !call.drain()) {
            return 0;
        }
        int count = 0;
        int taken;
        do {
            if (!rings.hasEventIdx()) {
                driver.suppressCalls(true);
            }
            taken = takeAll(listener);
            count += taken;
            if (!rings.isPolling()) {
                wantCalls();
                // The device may have used more before it could see the wish.
                taken = takeAll(listener);
                count += taken;
            }
        } while (taken > 0);
        return count;
    }

    private void wantCalls() {
        if (rings.hasEventIdx()) {
            int later = Math.min(3, Math.max(0, underWay() - 1));
            driver.wantCallAfter(random.nextInt(later + 1));
        } else {
            driver.suppressCalls(false);
        }
    }

    private int takeAll(Listener listener) {
        int count = 0;
        for (Used used = driver.takeUsed(); used != null; used = driver.takeUsed()) {
            GuestRequest request = byHead[used.headIndex()];
            byHead[used.headIndex()] = null;
            listener.onEnd(request, used.length());
            request.memory.free();
            free.add(request);
            count++;
        }
        return count;
    }

    /** The driver starts anew: nothing is under way for it, whatever the device thinks. */
    void reset() {
        for (int i = 0; i < byHead.length; i++) {
            if (byHead[i] != null) {
                byHead[i].memory.free();
                free.add(byHead[i]);
                byHead[i] = null;
            }
        }
        driver.reset();
        driver.startAt(random.nextInt(2) * rings.firstIndex());
        noticedIdx = driver.availIdx();
    }

    /** Nobody has written where nothing was asked for. */
    void checkUntouched() {
        all.forEach(request -> request.memory.checkUntouched());
    }

    @Override
    public void close() {
        call.close();
    }
}
