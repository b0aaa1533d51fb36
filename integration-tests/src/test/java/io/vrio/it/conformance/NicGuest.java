// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.conformance;

import static io.vrio.server.protocol.VhostUserRequest.SET_VRING_CALL;
import static io.vrio.server.protocol.VhostUserRequest.SET_VRING_KICK;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.EventFd;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.session.FakeFrontend;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import io.vrio.server.virtqueue.RingLayout;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixture: a guest with the two vrings of a NIC in its memory, whose frontend is a {@link
 * FakeFrontend}. Sends frames to a network that sends them back, and waits to be called for them.
 */
final class NicGuest implements AutoCloseable {
    static final int SIZE = 16;
    static final int RX = 0;
    static final int TX = 1;

    private static final int HEADER = 12;
    private static final int BUFFER = 1526;

    /** Limit: half a second without an answer; then there is none. */
    private static final int ROUNDS_MAX = 10_000;

    private final GuestRam ram;
    private final GuestDriver[] drivers = new GuestDriver[2];
    private final EventFd[] kicks = {new EventFd(), new EventFd()};
    private final EventFd call = new EventFd();
    private final long[] buffers = new long[SIZE];
    private final long frame;

    NicGuest(long guestAddress, long frontendAddress, long features) {
        ram = new GuestRam(1 << 20, guestAddress, frontendAddress);
        drivers[RX] = new GuestDriver(ram, SIZE, features);
        drivers[TX] = new GuestDriver(ram, SIZE, features);
        frame = ram.allocate(HEADER + BUFFER, 8);
    }

    GuestRam ram() {
        return ram;
    }

    GuestDriver driver(int index) {
        return drivers[index];
    }

    EventFd kick(int index) {
        return kicks[index];
    }

    EventFd call() {
        return call;
    }

    /** NUM, BASE, ADDR, CALL, KICK of both vrings of the first pair. */
    boolean configure(FakeFrontend frontend) {
        return configure(frontend, RX) && configure(frontend, TX);
    }

    private boolean configure(FakeFrontend frontend, int index) {
        return place(frontend, index, drivers[index].layout().base())
                && frontend.setEvent(SET_VRING_CALL, index, call.fd())
                && frontend.setEvent(SET_VRING_KICK, index, kicks[index].fd());
    }

    /** NUM, BASE, ADDR. */
    boolean place(FakeFrontend frontend, int index, int availIdx) {
        RingLayout layout = drivers[index].layout();
        return frontend.setVringNum(index, layout.size())
                && frontend.setVringBase(index, availIdx)
                && frontend.setVringAddr(
                        index, layout.descriptors(), layout.availRing(), layout.usedRing());
    }

    /** Offers one receive buffer. Does not kick: a driver does so once, at the start. */
    void offerBuffer() {
        long address = ram.allocate(BUFFER, 8);
        int head = drivers[RX].offer(List.of(new Buffer(address, BUFFER, true)));
        buffers[head] = address;
    }

    /** Sends a frame full of one value; kicks if the device wants that. */
    void send(int length, int value) {
        MemorySlice bytes = ram.at(frame, HEADER + length);
        bytes.fill(0, HEADER, (byte) 0);
        bytes.fill(HEADER, length, (byte) value);
        drivers[TX].offer(List.of(new Buffer(frame, HEADER + length, false)));
        if (drivers[TX].isKickWanted()) {
            kicks[TX].signal();
        }
    }

    /** Waits until what was sent has been taken; whether it was. */
    boolean isSent() {
        return await(TX) != null;
    }

    /** Waits for a frame; its length, or -1 when none comes or it is not full of the value. */
    int receive(int value) {
        Used used = await(RX);
        if (used == null) {
            return -1;
        }
        int length = used.length() - HEADER;
        MemorySlice bytes = ram.at(buffers[used.headIndex()], used.length());
        boolean isSame =
                bytes.getByte(HEADER) == (byte) value
                        && bytes.getByte(HEADER + length - 1) == (byte) value;
        return isSame ? length : -1;
    }

    /** Takes the next used element, woken by calls alone. */
    private Used await(int index) {
        Used used = drivers[index].takeUsed();
        for (int round = 0; used == null && round < ROUNDS_MAX; round++) {
            if (call.drain()) {
                used = drivers[index].takeUsed();
            } else {
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
            }
        }
        drivers[index].wantCallAfter(0);
        return used;
    }

    /** Sends a frame and gets it back. */
    boolean canUseNic(int length, int value) {
        long mark = ram.mark();
        offerBuffer();
        send(length, value);
        boolean isBack = receive(value) == length;
        boolean isTaken = isSent();
        ram.freeTo(mark);
        return isBack && isTaken;
    }

    @Override
    public void close() {
        kicks[RX].close();
        kicks[TX].close();
        call.close();
        ram.close();
    }
}
