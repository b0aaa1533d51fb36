// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Used;
import io.vrio.server.virtqueue.RingDriver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** One queue of the guest: its ring, its requests, and how it is called. */
final class GuestQueue implements AutoCloseable {
    /** A request that is cut into a few pieces is the usual one. */
    private static final int PIECES_USUAL = 6;

    private final Scenario.Rings rings;
    private final SplittableRandom random;
    private final RingDriver driver;
    private final GuestRing ring;
    private final GuestRequest[] byHead;
    private final List<GuestRequest> all = new ArrayList<>();
    private final ArrayDeque<GuestRequest> free = new ArrayDeque<>();
    private long startedAt;

    /** Hears of ended requests, with the bytes the device says it has written. */
    interface Listener {
        void onEnd(GuestRequest request, int usedLength);
    }

    GuestQueue(
            Scenario scenario, RingDriver driver, NativeBuffer scratch, SplittableRandom random) {
        rings = scenario.rings();
        this.random = random;
        this.driver = driver;
        ring = new GuestRing(driver, rings.features(), rings.isPolling(), random);
        ring.startAt(rings.firstIndex());
        GuestRam ram = driver.ram();
        byHead = new GuestRequest[rings.size()];
        int length = scenario.load().sectorsMax() * SectorHistory.SECTOR + RequestMemory.OVERHEAD;
        for (int i = 0; i < scenario.load().depth(); i++) {
            long table = ram.allocate(GuestRing.TABLE_LENGTH, 16);
            GuestRequest request = new GuestRequest(new RequestMemory(ram, length), scratch, table);
            all.add(request);
            free.add(request);
        }
    }

    GuestRing ring() {
        return ring;
    }

    /** Whether another request can be offered now. */
    boolean hasRoom() {
        return !free.isEmpty() && ring.hasRoom();
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

    /** How many requests under way have sectors in common with this one. */
    int overlaps(GuestRequest request) {
        int count = 0;
        for (GuestRequest other : byHead) {
            count += other != null && other.overlaps(request) ? 1 : 0;
        }
        return count;
    }

    /** The device serves the ring from now on. */
    void onStart(long event) {
        startedAt = event;
    }

    /** Puts the request into the ring; whether the device wants a kick for it. */
    boolean offer(GuestRequest request) {
        boolean isIndirect = ring.chooseIndirect();
        int limit = ring.piecesMax(isIndirect);
        int usual = Math.min(limit, PIECES_USUAL);
        request.write(random.nextInt(8) == 0 ? limit : usual, random);
        byHead[ring.offer(request.memory.buffers(), isIndirect, request.tableAddress)] = request;
        return driver.isKickWanted();
    }

    /** Tells of requests that are in the used ring since the last look; the guest takes no part. */
    void noticeUsed(Consumer<GuestRequest> listener) {
        Used used = driver.noticeUsed();
        while (used != null) {
            GuestRequest request = byHead[used.headIndex()];
            request.servedSince = Math.max(request.begunAt, startedAt);
            listener.accept(request);
            used = driver.noticeUsed();
        }
    }

    /** Takes back what has ended, if the guest was called or does not wait for it. */
    int takeUsed(Listener listener) {
        return ring.takeUsed(() -> takeAll(listener), this::underWay);
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
    void reset(Consumer<GuestRequest> onForgotten) {
        for (int i = 0; i < byHead.length; i++) {
            if (byHead[i] != null) {
                onForgotten.accept(byHead[i]);
                byHead[i].memory.free();
                free.add(byHead[i]);
                byHead[i] = null;
            }
        }
        driver.reset();
        ring.startAt(random.nextInt(2) * rings.firstIndex());
    }

    /** Nobody has written where nothing was asked for. */
    void checkUntouched() {
        all.forEach(request -> request.memory.checkUntouched());
    }

    @Override
    public void close() {
        ring.close();
    }
}
