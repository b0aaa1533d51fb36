// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.io.IoStatus;

/** The status byte at the end of a block request: the only place where virtio's codes are known. */
final class BlockStatus {
    /** Bytes of the status, the last writable ones of a chain. */
    static final int LENGTH = 1;

    static final byte OK = 0;
    static final byte IO_ERROR = 1;
    static final byte UNSUPPORTED = 2;

    private BlockStatus() {}

    /** What a guest is told. */
    static byte of(IoStatus status) {
        return switch (status) {
            case OK -> OK;
            case IO_ERROR, READ_ONLY, OUT_OF_RANGE, NO_SPACE -> IO_ERROR;
            case UNSUPPORTED -> UNSUPPORTED;
        };
    }
}
