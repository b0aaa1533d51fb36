// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;

/** The bytes of a device's configuration space; what they mean, the device knows. */
public final class ConfigMemory implements AutoCloseable {
    private final NativeBuffer buffer;
    private final MemorySlice bytes;

    /** All zeroes. */
    public ConfigMemory(int length) {
        buffer = new NativeBuffer(length);
        bytes = buffer.slice();
    }

    public MemorySlice bytes() {
        return bytes;
    }

    /** Copies from {@code offset} on; zeroes where nothing is. */
    public void read(int offset, MemorySlice target) {
        target.fill(0, target.length(), (byte) 0);
        long length = Math.min(target.length(), bytes.length() - offset);
        if (length > 0) {
            bytes.copyTo(offset, target, 0, length);
        }
    }

    @Override
    public void close() {
        buffer.close();
    }
}
