// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

/** How a request ended. Travels back the way it came; turned into a virtio status in one place. */
public enum IoStatus {
    OK,
    /** The medium failed, or the way to it did for longer than the request may wait. */
    IO_ERROR,
    /** The request kind, or a flag of it, is not known to this disk. */
    UNSUPPORTED,
    /** The request would change a read-only disk. */
    READ_ONLY,
    /** The request reaches past the end of the disk, or is not made of whole blocks. */
    OUT_OF_RANGE,
    /** The file system under the disk is full. */
    NO_SPACE;

    private static final IoStatus[] VALUES = values();

    /** The status with this wire code; an unknown code is an {@link #IO_ERROR}. */
    public static IoStatus ofCode(int code) {
        return code >= 0 && code < VALUES.length ? VALUES[code] : IO_ERROR;
    }

    /** The code on the wire, 0-255, fixed by {@code docs/protocol.md}. */
    public int code() {
        return ordinal();
    }
}
