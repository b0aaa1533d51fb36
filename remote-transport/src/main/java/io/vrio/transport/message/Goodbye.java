// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import io.vrio.common.memory.MemorySlice;

/** The one byte of a GOODBYE: why the association is over. */
public enum Goodbye {
    /** As a FIN. */
    STOPPED,
    /** As an RST. */
    BROKEN_OFF;

    public void write(MemorySlice target) {
        target.putByte(0, (byte) ordinal());
    }

    /** What is not known is not gentle. */
    public static Goodbye read(MemorySlice source, long offset) {
        return source.getByte(offset) == STOPPED.ordinal() ? STOPPED : BROKEN_OFF;
    }
}
