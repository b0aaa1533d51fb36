// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Used;
import io.vrio.server.virtqueue.RingDriver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One queue of a NIC's guest, for sending or for receiving: its ring, and the memory of its chains.
 * Looks at used chains when they are there, and takes them when the guest is called.
 */
final class NetGuestQueue implements AutoCloseable {
    /** A chain that is cut into a few pieces is the usual one. */
    private static final int PIECES_USUAL = 4;

    private final NetScenario.Queues plan;
    private final SplittableRandom random;
    private final GuestRing ring;
    private final NetBuffer[] byHead;
    private final List<NetBuffer> all = new ArrayList<>();
    private final ArrayDeque<NetBuffer> free = new ArrayDeque<>();
    private final Listener listener;

    /** Hears of chains that the device has given back. */
    interface Listener {
        void onUsed(NetBuffer buffer, int usedLength);
    }

    /**
     * @param depth chains at a time, at most
     * @param length bytes of the longest
     */
    NetGuestQueue(
            NetScenario.Queues plan,
            RingDriver driver,
            int depth,
            int length,
            Listener listener,
            SplittableRandom random) {
        this.plan = plan;
        this.listener = listener;
        this.random = random;
        ring = new GuestRing(driver, plan.features(), plan.isPolling(), random);
        ring.startAt(plan.firstIndex());
        byHead = new NetBuffer[plan.size()];
        GuestRam ram = driver.ram();
        for (int i = 0; i < depth; i++) {
            all.add(new NetBuffer(ram, length));
        }
        free.addAll(all);
    }

    GuestRing ring() {
        return ring;
    }

    /** Whether another chain can be offered now. */
    boolean hasRoom() {
        return !free.isEmpty() && ring.hasRoom();
    }

    int underWay() {
        return all.size() - free.size();
    }

    /** Offers bytes to be read; whether the device wants a kick for them. */
    boolean send(byte[] bytes) {
        NetBuffer buffer = free.poll();
        boolean isIndirect = ring.chooseIndirect();
        buffer.memory.lay(bytes.length, 0, pieces(isIndirect), random);
        put(bytes, buffer.memory.readable());
        return offer(buffer, isIndirect);
    }

    private static void put(byte[] bytes, SliceList target) {
        try (NativeBuffer copy = new NativeBuffer(bytes.length)) {
            copy.slice().putBytes(0, bytes, 0, bytes.length);
            target.copyFrom(0, copy.slice(), 0, bytes.length);
        }
    }

    /** Offers room to be written; whether the device wants a kick for it. */
    boolean offerRoom(int length) {
        NetBuffer buffer = free.poll();
        boolean isIndirect = ring.chooseIndirect();
        // Not more: many buffers are to find room in the ring.
        buffer.memory.lay(0, length, Math.min(2, ring.piecesMax(isIndirect)), random);
        return offer(buffer, isIndirect);
    }

    private int pieces(boolean isIndirect) {
        int limit = ring.piecesMax(isIndirect);
        return random.nextInt(8) == 0 ? limit : Math.min(limit, PIECES_USUAL);
    }

    private boolean offer(NetBuffer buffer, boolean isIndirect) {
        int head = ring.offer(buffer.memory.buffers(), isIndirect, buffer.tableAddress);
        byHead[head] = buffer;
        return ring.driver().isKickWanted();
    }

    /** Looks at what is in the used ring since the last look; the guest takes no part. */
    void notice() {
        Used used = ring.driver().noticeUsed();
        while (used != null) {
            NetBuffer buffer = byHead[used.headIndex()];
            if (buffer == null) {
                throw new AssertionError("a chain was given back that was not offered");
            }
            byHead[used.headIndex()] = null;
            listener.onUsed(buffer, used.length());
            buffer.memory.free();
            free.add(buffer);
            used = ring.driver().noticeUsed();
        }
    }

    /** Takes back what was noticed, if the guest was called or does not wait for it. */
    int takeUsed() {
        return ring.takeUsed(this::takeAll, this::underWay);
    }

    private int takeAll() {
        // It may have come just now.
        notice();
        int count = 0;
        while (ring.driver().takeUsed() != null) {
            count++;
        }
        return count;
    }

    /** Whether the guest has taken all that was given back. */
    boolean isTaken() {
        return ring.driver().isAllTaken();
    }

    /** The driver starts anew: nothing is under way for it. */
    void reset() {
        notice();
        for (int i = 0; i < byHead.length; i++) {
            if (byHead[i] != null) {
                byHead[i].memory.free();
                free.add(byHead[i]);
                byHead[i] = null;
            }
        }
        ring.driver().reset();
        ring.startAt(random.nextInt(2) * plan.firstIndex());
    }

    /** Nobody has written where nothing was offered. */
    void checkUntouched() {
        all.forEach(buffer -> buffer.memory.checkUntouched());
    }

    @Override
    public void close() {
        ring.close();
    }
}
