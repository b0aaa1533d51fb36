// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import java.util.Arrays;
import java.util.BitSet;

/** The changes of a disk, each with a number: when they were, and how their sectors look. */
final class Versions {
    private final long[] lastSure;
    private final BitSet zeroes = new BitSet();
    private long[] begunAt = new long[64];
    private long[] endedAt = new long[64];
    private int count = 1;

    Versions(int sectors) {
        lastSure = new long[sectors];
        // What was there before all changes.
        zeroes.set(0);
    }

    /** The number of a change that begins now. */
    long begin(long nowAt, boolean isZero) {
        if (count == begunAt.length) {
            begunAt = Arrays.copyOf(begunAt, 2 * count);
            endedAt = Arrays.copyOf(endedAt, 2 * count);
        }
        begunAt[count] = nowAt;
        endedAt[count] = SectorOperation.PENDING;
        zeroes.set(count, isZero);
        return count++;
    }

    void end(long version, long nowAt) {
        endedAt[(int) version] = nowAt;
    }

    long begunAt(long version) {
        return begunAt[(int) version];
    }

    long endedAt(long version) {
        return endedAt[(int) version];
    }

    /** A change of a sector has ended well. */
    void sure(int sector, long version) {
        lastSure[sector] = version;
    }

    /** The last change of a sector that has ended well, 0 for none that counts. */
    long lastSure(int sector) {
        return lastSure[sector];
    }

    /** Nothing that has ended counts any more. */
    void forgetSure() {
        Arrays.fill(lastSure, 0);
    }

    /** 1 when a sector that holds a version may look as if it held the other one, else 0. */
    long looksLike(long version, long seen) {
        return version == seen || seen == 0 && version >= 0 && zeroes.get((int) version) ? 1 : 0;
    }
}
