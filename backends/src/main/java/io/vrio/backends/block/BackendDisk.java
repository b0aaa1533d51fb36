// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.backends.block.BackendSpec.FileSpec;
import io.vrio.backends.block.BackendSpec.NullSpec;
import io.vrio.backends.block.BackendSpec.RamSpec;
import io.vrio.common.io.BlockDisk;

/** A disk at the end of the way, with what its owner may ask of it besides I/O. One worker. */
public interface BackendDisk extends BlockDisk {
    /** Opens what {@code spec} describes; a file is made when its size is given. */
    static BackendDisk open(BackendSpec spec, DiskContext context) throws BackendException {
        if (spec instanceof FileSpec file) {
            return FileDisk.open(file, context);
        }
        if (spec instanceof RamSpec ram) {
            return RamDisk.open(ram, context);
        }
        return new NullDisk((NullSpec) spec, context);
    }

    /**
     * Changes the capacity and tells the listener.
     *
     * @param capacity bytes, a multiple of the logical block size
     * @param mayShrink whether data behind a smaller capacity may be lost
     * @throws BackendException when it cannot; the capacity is as before
     */
    void resize(long capacity, boolean mayShrink) throws BackendException;

    /** Bytes of storage that the disk takes now. */
    long allocatedLength();

    /**
     * Equal as long as writes that have ended are still there, also over a restart of this process;
     * another one when those that were not flushed may have been lost.
     */
    String identity();

    /** Why the disk cannot be trusted any more, or null when it can. */
    default String failure() {
        return null;
    }

    /**
     * Another worker executes its requests from now on. On that one's thread, when nothing is under
     * way and the former worker does not touch the disk any more.
     */
    default void moveTo(DiskWorker worker) {}

    /** Removes what opening the disk has made, because it is not wanted after all. Before close. */
    default void undoCreation() {}
}
