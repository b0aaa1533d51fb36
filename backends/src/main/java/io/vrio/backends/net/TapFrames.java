// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.TapDevice;

/** Writes frames to, and reads them from, the file of a tap or macvtap. One worker. */
final class TapFrames implements FrameFile {
    private static final int HEADER_LENGTH = TapDevice.HEADER_LENGTH;

    /** Bytes: a frame one byte too long is seen as such. */
    private static final int RECEIVE_LENGTH = HEADER_LENGTH + NetFrame.LENGTH_MAX + 1;

    private final TapDevice device;
    private final FrameSender sender;
    private final NativeBuffer received = new NativeBuffer(RECEIVE_LENGTH);
    private final MemorySlice receivedBytes = received.slice();

    /** Takes over the device. */
    TapFrames(TapDevice device) {
        this.device = device;
        sender = new FrameSender(device.fd(), HEADER_LENGTH);
    }

    TapDevice device() {
        return device;
    }

    @Override
    public int descriptor() {
        return device.fd();
    }

    @Override
    public long begin(NetFrame frame) {
        return sender.begin(frame);
    }

    @Override
    public long send(NetFrame frame) {
        return sender.send(frame);
    }

    @Override
    public long receive(NetFrame frame) {
        // Safety: at most the buffer's bytes are written.
        long length =
                Linux.read(device.fd(), receivedBytes.address(0, RECEIVE_LENGTH), RECEIVE_LENGTH);
        if (length >= 0) {
            frame.begin(0);
            VnetHeader.read(receivedBytes, frame);
            int dataLength = (int) Math.max(0, length - HEADER_LENGTH);
            frame.data().add(receivedBytes, HEADER_LENGTH, dataLength);
        }
        return length;
    }

    @Override
    public boolean canCutUdp() {
        return device.canCutUdp();
    }

    @Override
    public void close() {
        device.close();
        received.close();
        sender.close();
    }
}
