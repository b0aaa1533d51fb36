// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import java.util.List;

/** A fixture: the guest's driver of a virtqueue, whatever the format of the ring. */
public interface RingDriver {
    /** The driver of a ring of the negotiated format. */
    static RingDriver of(GuestRam ram, int size, long features) {
        return switch (RingFormat.of(features)) {
            case SPLIT -> new GuestDriver(ram, size, features);
            case PACKED -> new PackedGuestDriver(ram, size, features);
        };
    }

    /** Lets the ring begin after so many chains, or descriptors. Before anything is offered. */
    void startAt(int count);

    /** Where the ring is, to be served from the present place on. */
    RingLayout layout();

    int size();

    GuestRam ram();

    /** Descriptors that are not in use. */
    int freeCount();

    /** Offers a chain of one descriptor per buffer; returns its head index. */
    int offer(List<Buffer> buffers);

    /** Offers a chain whose descriptors are in a table of their own; returns its head index. */
    int offerIndirect(List<Buffer> buffers);

    /** Offers a chain whose descriptors are put into memory that is there for them. */
    int offerIndirect(List<Buffer> buffers, long tableAddress);

    /** Offers a table of descriptors that is there already; returns its head index. */
    int offerTable(long tableAddress, int length);

    /** Whether the device wants a kick for what was offered since this was asked last. */
    boolean isKickWanted();

    /** The next used chain that was neither noticed nor taken, or null; it can be taken later. */
    Used noticeUsed();

    /** Takes the next used chain, or returns null; its descriptors are free again. */
    Used takeUsed();

    /** Whether no used chain waits. */
    boolean isAllTaken();

    /** Whether a device that goes on at this base has taken all that was offered. */
    boolean isAllSeenAt(int base);

    /** Whether a device that goes on at this base has given back all that it has taken. */
    boolean isAllUsedAt(int base);

    /** Asks for a call when {@code count} more descriptors are used than the next one. */
    void wantCallAfter(int count);

    /** Whether calls are unwanted, by the flag that says so. */
    void suppressCalls(boolean isSuppressed);

    /** Undoes what a test has scribbled: an empty ring at its start and all descriptors free. */
    void reset();
}
