// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Answers GET_ID: the serial in ASCII, padded with NUL to 20 bytes. Owned by a disk, one worker.
 */
final class SerialAnswer {
    private final byte[] padded = new byte[DiskProperties.SERIAL_MAX];

    SerialAnswer(String serial) {
        byte[] ascii = serial.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, padded, 0, ascii.length);
    }

    IoStatus answer(BlockRequest request) {
        int length = (int) Math.min(padded.length, request.data().length());
        if (length > 0) {
            // Off the hot path: a guest asks once when it finds the disk.
            try (NativeBuffer buffer = new NativeBuffer(length)) {
                MemorySlice serial = buffer.slice();
                serial.putBytes(0, padded, 0, length);
                request.data().copyFrom(0, serial, 0, length);
            }
        }
        return IoStatus.OK;
    }
}
