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
import io.vrio.server.virtqueue.RingLayout;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixture: a guest with one vring in its memory, whose frontend is a {@link FakeFrontend}. Reads
 * and writes sectors, and waits to be called for each.
 */
final class RingGuest implements AutoCloseable {
    static final int SIZE = 16;

    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int SECTOR = 512;
    private static final int HEADER = 16;

    private final GuestRam ram;
    private final GuestDriver driver;
    private final EventFd kick = new EventFd();
    private final EventFd call = new EventFd();

    /**
     * @param guestAddress of its memory; the frontend's address may be any
     * @param features what the driver has accepted
     */
    RingGuest(long guestAddress, long frontendAddress, long features) {
        ram = new GuestRam(1 << 20, guestAddress, frontendAddress);
        driver = new GuestDriver(ram, SIZE, features);
    }

    GuestRam ram() {
        return ram;
    }

    GuestDriver driver() {
        return driver;
    }

    EventFd kick() {
        return kick;
    }

    EventFd call() {
        return call;
    }

    /** NUM, BASE, ADDR, CALL, KICK: what makes a vring run. */
    boolean configure(FakeFrontend frontend, int index) {
        return place(frontend, index)
                && frontend.setEvent(SET_VRING_CALL, index, call.fd())
                && frontend.setEvent(SET_VRING_KICK, index, kick.fd());
    }

    /** NUM, BASE, ADDR. */
    boolean place(FakeFrontend frontend, int index) {
        RingLayout layout = driver.layout();
        return frontend.setVringNum(index, layout.size())
                && frontend.setVringBase(index, layout.base())
                && frontend.setVringAddr(
                        index, layout.descriptors(), layout.availRing(), layout.usedRing());
    }

    /** Offers to write a sector full of one value; returns where the status will be. */
    long offerWrite(long sector, int value) {
        long data = ram.allocate(SECTOR, 1);
        ram.at(data, SECTOR).fill(0, SECTOR, (byte) value);
        return offer(WRITE, sector, new Buffer(data, SECTOR, false));
    }

    private long offer(int type, long sector, Buffer data) {
        long header = ram.allocate(HEADER, 8);
        MemorySlice bytes = ram.at(header, HEADER);
        bytes.putInt(0, type);
        bytes.putLong(8, sector);
        long status = ram.allocate(1, 1);
        ram.at(status, 1).putByte(0, (byte) -1);
        driver.offer(List.of(new Buffer(header, HEADER, false), data, new Buffer(status, 1, true)));
        return status;
    }

    /** Kicks if the device wants that, as drivers do. */
    void kickIfWanted() {
        if (driver.isKickWanted()) {
            kick.signal();
        }
    }

    /** Waits for the next chain to come back, woken by calls alone; returns its status. */
    int awaitStatus(long status) {
        while (driver.takeUsed() == null) {
            while (!call.drain()) {
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
            }
        }
        driver.wantCallAfter(0);
        return ram.at(status, 1).getUnsignedByte(0);
    }

    /** Writes a sector and reads it back; returns whether the same came back. */
    boolean canUseDisk(long sector, int value) {
        long mark = ram.mark();
        long written = offerWrite(sector, value);
        kickIfWanted();
        int writeStatus = awaitStatus(written);
        long data = ram.allocate(SECTOR, 1);
        long read = offer(READ, sector, new Buffer(data, SECTOR, true));
        kickIfWanted();
        int readStatus = awaitStatus(read);
        MemorySlice back = ram.at(data, SECTOR);
        boolean isSame =
                back.getByte(0) == (byte) value && back.getByte(SECTOR - 1) == (byte) value;
        ram.freeTo(mark);
        return writeStatus == 0 && readStatus == 0 && isSame;
    }

    @Override
    public void close() {
        kick.close();
        call.close();
        ram.close();
    }
}
