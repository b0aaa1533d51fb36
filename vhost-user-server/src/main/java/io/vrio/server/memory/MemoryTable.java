// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.memory;

import java.util.ArrayList;
import java.util.List;

/**
 * The regions between two changes of the guest's memory, by ascending guest address; never changed
 * itself. Counts who still uses native addresses that were taken from it.
 */
final class MemoryTable implements MemoryLease {
    private final GuestMemory owner;
    private final MappedRegion[] regions;
    private final List<MappedRegion> retired = new ArrayList<>();
    private int userCount;

    MemoryTable(GuestMemory owner, List<MappedRegion> regions) {
        this.owner = owner;
        this.regions = regions.toArray(MappedRegion[]::new);
    }

    int count() {
        return regions.length;
    }

    MappedRegion region(int index) {
        return regions[index];
    }

    List<MappedRegion> regions() {
        return List.of(regions);
    }

    /** The index of the region that holds this byte of guest memory, or -1. */
    int indexOf(long guestAddress) {
        int low = 0;
        int high = regions.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            MappedRegion region = regions[middle];
            if (region.containsGuest(guestAddress)) {
                return middle;
            }
            if (Long.compareUnsigned(guestAddress, region.guestAddress()) < 0) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return -1;
    }

    /** These regions are not in the next table: unmap them when nobody uses this one any more. */
    void retire(List<MappedRegion> gone) {
        retired.addAll(gone);
    }

    int retiredCount() {
        return retired.size();
    }

    boolean isUsed() {
        return userCount > 0;
    }

    MemoryLease lease() {
        userCount++;
        return this;
    }

    @Override
    public void release() {
        if (userCount == 0) {
            throw new IllegalStateException("memory lease is released twice");
        }
        userCount--;
        owner.unmapUnused();
    }

    void unmapRetired() {
        for (MappedRegion region : retired) {
            region.unmap();
        }
        retired.clear();
    }
}
