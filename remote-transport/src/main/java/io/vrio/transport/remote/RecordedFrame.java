// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.flow.OutboundFrame;
import io.vrio.transport.message.FrameRecord;

/** A frame as the association takes it. Used again for each; one worker. */
final class RecordedFrame implements OutboundFrame {
    private NetFrame frame;

    RecordedFrame wrap(NetFrame newFrame) {
        frame = newFrame;
        return this;
    }

    @Override
    public void writeRecord(MemorySlice target, long at) {
        FrameRecord.write(target, at, frame);
    }

    @Override
    public SliceList data() {
        return frame.data();
    }
}
