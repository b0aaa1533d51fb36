// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.memory;

import io.vrio.common.memory.MemorySlice;

/**
 * Memory that a frontend keeps for whoever serves its rings, so that it outlives us. Owned by its
 * {@link GuestMemory}.
 */
final class InFlightMemory implements AutoCloseable {
    private final MappedRegion region;
    private final MemorySlice slice = new MemorySlice();

    private InFlightMemory(MappedRegion region, long length) {
        this.region = region;
        region.wrapFrontend(0, length, slice);
    }

    /**
     * Maps {@code length} bytes from {@code offset} of the file behind {@code fd}, which is not
     * needed afterwards.
     *
     * @throws RegionRefusedException with the reason
     */
    static InFlightMemory map(long length, long offset, int fd) {
        GuestRegion place = new GuestRegion(0, length, 0, offset);
        if (offset % Long.BYTES != 0) {
            throw MappedRegion.refused("it does not begin at a 64-bit word", place);
        }
        return new InFlightMemory(MappedRegion.map(place, fd), length);
    }

    MemorySlice slice() {
        return slice;
    }

    boolean isBacked() {
        return region.isBacked();
    }

    @Override
    public void close() {
        slice.wrap(0, 0);
        region.unmap();
    }
}
