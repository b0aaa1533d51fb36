// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

/**
 * What every kind of backend lets the operator choose.
 *
 * @param isReadOnly the backend refuses every change
 * @param blockSize logical block size in bytes, a power of two; 0 lets the backend choose
 * @param serial what the guest reads as the disk's serial, 1-20 characters; empty for a stable one
 *     that is derived from the disk
 */
public record DiskOptions(boolean isReadOnly, int blockSize, String serial) {
    public static final DiskOptions NONE = new DiskOptions(false, 0, "");

    /** The chosen logical block size, or {@code fallback} when none was chosen. */
    int blockSizeOr(int fallback) {
        return blockSize == 0 ? fallback : blockSize;
    }

    /** As part of a backend specification, each option with its comma before it. */
    String text() {
        return (isReadOnly ? ",readonly" : "")
                + (blockSize == 0 ? "" : ",blocksize=" + blockSize)
                + (serial.isEmpty() ? "" : ",serial=" + serial);
    }
}
