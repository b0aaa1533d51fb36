// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.DiskProperties;

/** The checks of a capacity that every backend makes alike. */
final class Capacity {
    private Capacity() {}

    /** Throws when a disk of these properties cannot get this capacity. */
    static void checkChange(DiskProperties now, long capacity, boolean mayShrink)
            throws BackendException {
        if (now.isReadOnly()) {
            throw new BackendException("cannot resize: the disk is read-only");
        }
        if (capacity <= 0 || capacity % now.logicalBlockSize() != 0) {
            throw new BackendException(
                    "cannot resize to "
                            + capacity
                            + " bytes: a capacity is a multiple of the block size "
                            + now.logicalBlockSize()
                            + ", and more than 0");
        }
        if (capacity < now.capacity() && !mayShrink) {
            throw new BackendException(
                    "cannot resize to "
                            + capacity
                            + " bytes: that would lose the data behind it (the capacity is "
                            + now.capacity()
                            + "); say --shrink if that is meant");
        }
    }
}
