// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.BackendSpec.FileSpec;
import java.time.Instant;

/**
 * What is kept of a disk over restarts.
 *
 * @param name 1-64 of A-Z a-z 0-9 . _ -
 * @param spec a file's has no size: a file that is missing later must not be made anew, empty
 * @param capacity bytes that the disk must have at least when it is opened again; 0 if unknown
 * @param id random, never used again for another disk
 */
record DiskRecord(String name, BackendSpec spec, long capacity, String id, Instant created) {
    /** As it is after it has been opened or resized to {@code capacity}. */
    DiskRecord withCapacity(long capacity) {
        BackendSpec kept = spec instanceof FileSpec ? spec.resized(0) : spec.resized(capacity);
        return new DiskRecord(name, kept, capacity, id, created);
    }
}
