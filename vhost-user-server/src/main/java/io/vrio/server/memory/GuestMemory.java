// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.memory;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import java.util.List;

/**
 * The memory of one guest as its frontend shares it: maps the regions and translates addresses.
 * Owned by one device session, touched by its worker only. A table may be replaced while requests
 * run: what they use stays mapped until the last of them releases its {@link MemoryLease}.
 */
public final class GuestMemory implements AutoCloseable {
    /** Limit: regions at one time; told to the frontend, which refuses hot-plug beyond it. */
    public static final int SLOTS_MAX = 509;

    /**
     * Maps one more region. The caller keeps the descriptor and closes it, also when refused.
     *
     * @throws RegionRefusedException and nothing has changed
     */
    public void add(GuestRegion region, int fd) {
        throw new UnsupportedOperationException();
    }

    /**
     * Takes out the region with the same addresses and size.
     *
     * @throws RegionRefusedException when there is none
     */
    public void remove(GuestRegion region) {
        throw new UnsupportedOperationException();
    }

    /**
     * Replaces the whole table; {@code fds[i]} belongs to the i-th region and stays the caller's.
     *
     * @throws RegionRefusedException and nothing has changed
     */
    public void replace(List<GuestRegion> regions, int[] fds) {
        throw new UnsupportedOperationException();
    }

    /** Number of regions in the table. */
    public int count() {
        return 0;
    }

    /** Changes with every change of the table: whoever kept slices translates them again. */
    public int generation() {
        return 0;
    }

    /** Keeps the present regions mapped until it is released. */
    public MemoryLease acquire() {
        throw new UnsupportedOperationException();
    }

    /**
     * Adds the native memory of a guest-physical range to {@code target}, cut at region borders.
     *
     * @return false when a byte of the range is not mapped; the list is then as it was
     */
    public boolean translate(long guestAddress, int length, SliceList target) {
        return false;
    }

    /**
     * Points {@code target} at a range of the frontend's address space. Valid until {@link
     * #generation} changes.
     *
     * @return false when it is not inside one region; the target is then as it was
     */
    public boolean translateFrontend(long frontendAddress, long length, MemorySlice target) {
        return false;
    }

    /** Empties the table. Memory that is still leased is unmapped by the last release. */
    @Override
    public void close() {}
}
