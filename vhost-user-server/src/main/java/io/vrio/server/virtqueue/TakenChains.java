// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.MemoryLease;

/**
 * The chains of a virtqueue that are taken and not given back, by head index. The guest's memory
 * under them stays mapped, and what may have been written to them is marked in the dirty log.
 */
final class TakenChains {
    private final GuestMemory memory;
    private final MemoryLease[] leases;

    /** What the device may write, of chains that were taken while memory was logged. */
    private final long[][] written;

    private int count;

    TakenChains(GuestMemory memory, int size) {
        this.memory = memory;
        leases = new MemoryLease[size];
        written = new long[size][];
    }

    void add(int headIndex) {
        leases[headIndex] = memory.acquire();
        count++;
    }

    /** Notes where the device may write. */
    void noteWritten(DescriptorChain chain) {
        // While a guest is saved or moved, and only then, its chains cost garbage.
        written[chain.headIndex()] = memory.isLogging() ? chain.writtenRanges() : null;
    }

    int count() {
        return count;
    }

    boolean contains(int headIndex) {
        return leases[headIndex] != null;
    }

    /** What the device has done to the chain is done. */
    void end(int headIndex) {
        logWritten(headIndex);
        undo(headIndex);
    }

    private void logWritten(int headIndex) {
        if (!memory.isLogging()) {
            return;
        }
        long[] ranges = written[headIndex];
        if (ranges == null) {
            // It was taken before, and nobody has noted where it is.
            memory.markAllDirty();
            return;
        }
        for (int i = 0; i < ranges.length; i += 2) {
            memory.markDirty(ranges[i], ranges[i + 1]);
        }
    }

    /** The device has done nothing to the chain. */
    void undo(int headIndex) {
        MemoryLease lease = leases[headIndex];
        if (lease == null) {
            throw new IllegalStateException("chain " + headIndex + " is not in flight");
        }
        leases[headIndex] = null;
        count--;
        lease.release();
    }
}
