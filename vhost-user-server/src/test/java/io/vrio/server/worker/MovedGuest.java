// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import static io.vrio.server.protocol.VhostUserRequest.SET_FEATURES;
import static io.vrio.server.protocol.VhostUserRequest.SET_VRING_CALL;
import static io.vrio.server.protocol.VhostUserRequest.SET_VRING_KICK;
import static io.vrio.server.session.FakeFrontend.longs;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.EventFd;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.session.FakeFrontend;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.RingFeatures;
import io.vrio.server.virtqueue.RingLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A fixture: a guest with one vring that keeps several requests under way. Each slot writes its own
 * sectors and reads them back, again and again. Kicks and waits for calls by the book, so a lost
 * one stops it.
 */
final class MovedGuest implements AutoCloseable {
    static final int SLOTS = 16;
    static final int LENGTH = 1024;

    private static final int RING = 64;
    private static final int HEADER = 16;
    private static final int SECTOR = 512;
    private static final long FEATURES = RingFeatures.VERSION_1 | RingFeatures.EVENT_IDX;

    private final GuestRam ram = new GuestRam(1 << 20, 0x4000_0000L, 0x7f00_0000_0000L);
    private final GuestDriver driver = new GuestDriver(ram, RING, FEATURES);
    private final EventFd kick = new EventFd();
    private final EventFd call = new EventFd();
    private final FakeFrontend frontend;
    private final Slot[] slots = new Slot[SLOTS];
    private final Map<Integer, Slot> byHead = new HashMap<>();
    private int ended;

    /** One request after the other. */
    private final class Slot {
        private final int index;
        private final long header = ram.allocate(HEADER, 8);
        private final long data = ram.allocate(LENGTH, 8);
        private final long status = ram.allocate(1, 1);
        private int value;
        private boolean isWrite;

        Slot(int index) {
            this.index = index;
        }

        void next() {
            isWrite = !isWrite;
            value += isWrite ? SLOTS + 1 : 0;
            ram.at(data, LENGTH).fill(0, LENGTH, isWrite ? (byte) value : 0);
            MemorySlice bytes = ram.at(header, HEADER);
            bytes.putInt(0, isWrite ? 1 : 0);
            bytes.putLong(8, (long) index * LENGTH / SECTOR);
            ram.at(status, 1).putByte(0, (byte) -1);
            int head =
                    driver.offer(
                            List.of(
                                    new Buffer(header, HEADER, false),
                                    new Buffer(data, LENGTH, !isWrite),
                                    new Buffer(status, 1, true)));
            byHead.put(head, this);
        }

        void check() {
            MemorySlice bytes = ram.at(data, LENGTH);
            boolean isGood = ram.at(status, 1).getByte(0) == 0;
            for (int i = 0; i < LENGTH; i++) {
                isGood &= bytes.getByte(i) == (byte) value;
            }
            if (!isGood) {
                throw new AssertionError("slot " + index + " value " + value + " is not there");
            }
        }
    }

    MovedGuest(Path socket) {
        frontend = new FakeFrontend(UnixSocket.connect(socket), () -> {});
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new Slot(i);
        }
    }

    /** Everything up to a vring that runs. */
    void start() {
        long protocol = ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;
        RingLayout layout = driver.layout();
        boolean isDone =
                frontend.ask(SET_FEATURES, longs(FEATURES | protocol))
                        && frontend.setMemTable(ram)
                        && frontend.setVringNum(0, layout.size())
                        && frontend.setVringBase(0, layout.base())
                        && frontend.setVringAddr(
                                0, layout.descriptors(), layout.availRing(), layout.usedRing())
                        && frontend.setEvent(SET_VRING_CALL, 0, call.fd())
                        && frontend.setEvent(SET_VRING_KICK, 0, kick.fd())
                        && frontend.setVringEnable(0, true);
        if (!isDone) {
            throw new IllegalStateException("the vring was refused");
        }
    }

    FakeFrontend frontend() {
        return frontend;
    }

    GuestRam ram() {
        return ram;
    }

    /** Begins one request in each of the first slots. */
    void offer(int count) {
        offerMore(0, count);
    }

    /** Begins one request in each of these slots. */
    void offerMore(int first, int limit) {
        for (int i = first; i < limit; i++) {
            slots[i].next();
        }
        kickIfWanted();
    }

    /** Kicks without need. */
    void kick() {
        kick.signal();
    }

    private void kickIfWanted() {
        if (driver.isKickWanted()) {
            kick.signal();
        }
    }

    /** Whether the device has asked for a kick with the next request. */
    boolean isKickAwaited() {
        return driver.isKickAwaited();
    }

    /** Goes on with all slots as long as the test wants, then waits for what is under way. */
    void runWhile(BooleanSupplier isWanted) {
        offer(SLOTS);
        while (!byHead.isEmpty()) {
            takeUsed(isWanted.getAsBoolean());
            kickIfWanted();
            awaitCall();
        }
    }

    /** Waits until all that was offered has come back. */
    void awaitAll() {
        while (!byHead.isEmpty()) {
            takeUsed(false);
            awaitCall();
        }
    }

    /** What has come back, without waiting for more. */
    void takeAnswers() {
        takeUsed(false);
    }

    private void takeUsed(boolean isGoingOn) {
        GuestDriver.Used used = driver.takeUsed();
        while (used != null) {
            Slot slot = byHead.remove(used.headIndex());
            slot.check();
            ended++;
            if (isGoingOn) {
                slot.next();
            }
            used = driver.takeUsed();
        }
    }

    private void awaitCall() {
        driver.wantCallAfter(0);
        while (!byHead.isEmpty() && driver.isAllTaken() && !call.drain()) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(20));
        }
    }

    /** Requests that have ended well. */
    int ended() {
        return ended;
    }

    @Override
    public void close() {
        frontend.close();
        kick.close();
        call.close();
        ram.close();
    }
}
