// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.clock.NanoClock;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRegion;
import io.vrio.server.protocol.VhostUserMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The requests that change a session's memory table, while vrings run or not. */
final class MemoryRequests {
    /**
     * How long chains are left alone after a region was removed. Frontends replace a region by
     * removing it and adding another: in between, good chains would be found in no memory.
     */
    private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final GuestMemory memory;
    private final MessageReader reader;
    private final NanoClock clock;
    private boolean isSettling;
    private long settledNs;

    /**
     * @param reader has the descriptors of the message in work, and keeps them
     */
    MemoryRequests(GuestMemory memory, MessageReader reader, NanoClock clock) {
        this.memory = memory;
        this.reader = reader;
        this.clock = clock;
    }

    void setTable(VhostUserMessage message) throws RequestRefusedException {
        int count = message.regionCount();
        if (count < 0 || message.payloadLength() != VhostUserMessage.regionsLength(count)) {
            throw new RequestRefusedException(
                    Integer.toUnsignedString(count)
                            + " regions in "
                            + message.payloadLength()
                            + " bytes");
        }
        reader.checkDescriptorCount(count);
        List<GuestRegion> regions = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            regions.add(region(message, row));
        }
        memory.replace(regions, reader.descriptors());
    }

    void add(VhostUserMessage message) throws RequestRefusedException {
        reader.checkDescriptorCount(1);
        memory.add(region(message, 0), reader.descriptors()[0]);
    }

    void remove(VhostUserMessage message) {
        memory.remove(region(message, 0));
        isSettling = true;
        settledNs = clock.nanoTime() + SETTLE_NS;
    }

    /** Where to mark what is written to guest memory. */
    void setLog(VhostUserMessage message) throws RequestRefusedException {
        reader.checkDescriptorCount(1);
        memory.setDirtyLog(message.logLength(), message.logOffset(), reader.descriptors()[0]);
    }

    private static GuestRegion region(VhostUserMessage message, int row) {
        return new GuestRegion(
                message.regionGuestAddress(row),
                message.regionSize(row),
                message.regionFrontendAddress(row),
                message.regionMmapOffset(row));
    }

    /** Looks at the clock; whether chains may be taken again from now on. */
    boolean settle() {
        boolean isOver = isSettling && clock.nanoTime() - settledNs >= 0;
        isSettling &= !isOver;
        return isOver;
    }

    /** Whether the table may be in the middle of a change, so that no chain should be taken. */
    boolean isSettling() {
        return isSettling;
    }

    long settledNs() {
        return settledNs;
    }
}
