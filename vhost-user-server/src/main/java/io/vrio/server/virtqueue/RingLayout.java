// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

/**
 * Where a ring is and where it begins, as the frontend says. Not checked yet.
 *
 * @param size number of descriptors
 * @param descriptors frontend address of the descriptor table
 * @param availRing frontend address of the avail ring (packed: driver event suppression)
 * @param usedRing frontend address of the used ring (packed: device event suppression)
 * @param base where chains are taken next: a free-running index; packed: slot | wrap counter << 15,
 *     and in the upper half the same for used descriptors
 */
public record RingLayout(int size, long descriptors, long availRing, long usedRing, int base) {
    RingLayout withBase(int newBase) {
        return new RingLayout(size, descriptors, availRing, usedRing, newBase);
    }
}
