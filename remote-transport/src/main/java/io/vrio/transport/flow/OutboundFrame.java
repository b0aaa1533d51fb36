// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;

/** A frame of a NIC on its way to the peer: what is said of it, and its bytes where they are. */
public interface OutboundFrame {
    /** Writes what stands before the frame, {@code FrameRecord.LENGTH} bytes. */
    void writeRecord(MemorySlice target, long at);

    /** The frame, in memory that may vanish. */
    SliceList data();

    default int length() {
        return (int) data().length();
    }
}
