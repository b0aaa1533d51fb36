// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.verify;

/**
 * What a disk may hold: for each block of 4 KiB the generation whose write was acknowledged last,
 * and the last one issued. A read may bring anything between the two, and nothing else. Generation
 * 0 is content that nobody knows. One thread at a time.
 */
public final class DiskModel {
    public static final int BLOCK_LENGTH = 4096;
    public static final int SECTORS_PER_BLOCK = BLOCK_LENGTH / SectorStamp.LENGTH;

    private final int[] acknowledged;
    private final int[] issued;
    private final boolean[] pending;

    /** A disk of unknown content. */
    public DiskModel(int blockCount) {
        acknowledged = new int[blockCount];
        issued = new int[blockCount];
        pending = new boolean[blockCount];
    }

    public int blockCount() {
        return issued.length;
    }

    /** Whether a write is in flight; a second one beside it would end in either order. */
    public boolean isPending(int block) {
        return pending[block];
    }

    /** Begins a write; returns its generation. */
    int issue(int block) {
        if (pending[block]) {
            throw new IllegalStateException("block " + block + " is being written");
        }
        pending[block] = true;
        return ++issued[block];
    }

    /** Ends the write of the generation issued last. */
    void onWritten(int block) {
        pending[block] = false;
        acknowledged[block] = issued[block];
    }

    /** Ends a write that failed: what it carried may be there or not, until the next. */
    void onFailed(int block) {
        pending[block] = false;
    }

    /** The content is unknown from here on, after a discard or when someone else wrote. */
    public void forget(int block) {
        acknowledged[block] = 0;
    }

    int acknowledged(int block) {
        return acknowledged[block];
    }

    int issued(int block) {
        return issued[block];
    }
}
