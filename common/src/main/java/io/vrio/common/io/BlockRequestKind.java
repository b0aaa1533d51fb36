// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

/** What a block request asks for. The order is the code on the wire (docs/protocol.md). */
public enum BlockRequestKind {
    /** Fill {@code data} from the disk. */
    READ,
    /** Put {@code data} on the disk; volatile until the next FLUSH ends. */
    WRITE,
    /** End only when every write that ended before it began is durable. No range, no data. */
    FLUSH,
    /** The range is not needed any more; what a later read returns is not defined. No data. */
    DISCARD,
    /** The range reads as zeroes afterwards; may be unmapped when the request allows it. */
    WRITE_ZEROES,
    /** Fill {@code data} with the disk's serial: 20 bytes ASCII, padded with NUL. No range. */
    GET_ID;

    private static final BlockRequestKind[] VALUES = values();

    /** The kind with this wire code, or null. */
    public static BlockRequestKind ofCode(int code) {
        return code >= 0 && code < VALUES.length ? VALUES[code] : null;
    }

    public int code() {
        return ordinal();
    }

    /** Whether a read-only disk must refuse it. */
    public boolean isChange() {
        return switch (this) {
            case WRITE, DISCARD, WRITE_ZEROES -> true;
            case READ, FLUSH, GET_ID -> false;
        };
    }

    /** Whether offset and length mean a range of the disk. */
    public boolean hasRange() {
        return switch (this) {
            case READ, WRITE, DISCARD, WRITE_ZEROES -> true;
            case FLUSH, GET_ID -> false;
        };
    }
}
