// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.common.io.FrameSegmenter;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a guest says of a frame, and the frame: the header is read, the frame judged, and what was
 * found valid is summed or cut. On memory that ends where the frame ends.
 */
public final class NetTarget implements FuzzTarget {
    private static final int MTU = 1500;

    private final NativeBuffer memory = new NativeBuffer(NetHeader.LENGTH + NetFrame.LENGTH_MAX);
    private final NativeBuffer copy = new NativeBuffer(NetFrame.LENGTH_MAX);
    private final NetHeader header = new NetHeader();
    private final FrameSegmenter segmenter = new FrameSegmenter();
    private final SliceList chain = new SliceList();
    private final NetFrame frame = new NetFrame();

    @Override
    public List<byte[]> seeds() {
        PlainFrame tcp4 = PlainFrame.tcp4(40, PlainFrame.ACK);
        PlainFrame tagged = PlainFrame.taggedTcp4(40, PlainFrame.ACK);
        PlainFrame tcp6 = PlainFrame.tcp6(40, PlainFrame.ACK, 2);
        return Stream.of(
                        seed(tcp4, NetFrame.GSO_TCPV4),
                        seed(tagged, NetFrame.GSO_TCPV4),
                        seed(tcp6, NetFrame.GSO_TCPV6),
                        seed(tcp6, NetFrame.GSO_TCPV6 | NetFrame.GSO_ECN),
                        seed(PlainFrame.udp4(40), NetFrame.GSO_UDP_L4),
                        seed(PlainFrame.udp6(40), NetFrame.GSO_UDP_L4),
                        seed(tcp4, NetFrame.GSO_NONE))
                .toList();
    }

    private static byte[] seed(PlainFrame plain, int gsoType) {
        return ByteBuffer.allocate(NetHeader.LENGTH + plain.length())
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) NetFrame.NEEDS_CHECKSUM)
                .put((byte) gsoType)
                .putShort((short) plain.headersLength())
                .putShort((short) 16)
                .putShort((short) plain.checksumStart())
                .putShort((short) plain.checksumOffset())
                .putShort((short) 0)
                .put(plain.bytes())
                .array();
    }

    @Override
    public void run(byte[] input) {
        int length = Math.min(input.length, (int) memory.slice().length());
        if (length < NetHeader.LENGTH) {
            return;
        }
        MemorySlice bytes = memory.slice().slice(0, length);
        bytes.putBytes(0, input, 0, length);
        chain.clear();
        chain.add(bytes, 0, length);
        frame.begin(0);
        header.readFrom(chain, frame);
        frame.data().add(chain, NetHeader.LENGTH, length - NetHeader.LENGTH);
        boolean isWork = frame.isGso() || frame.needsChecksum();
        if (frame.invalidReason(MTU) == null && isWork && segmenter.begin(frame, false) == null) {
            look();
        }
    }

    private void look() {
        int count = segmenter.count();
        if (count < 1 || count > FrameSegmenter.SEGMENTS_MAX) {
            throw new IllegalStateException(count + " segments");
        }
        long payload = 0;
        for (int i = 0; i < count; i++) {
            NetFrame segment = segmenter.segment(i);
            segment.data().copyTo(0, copy.slice(), 0, segment.length());
            payload += segment.length();
            if (segment.isGso() || segment.needsChecksum()) {
                throw new IllegalStateException("a segment that is left to be cut or summed");
            }
        }
        if (payload < frame.length()) {
            throw new IllegalStateException(payload + " bytes of " + frame.length());
        }
    }

    @Override
    public void close() {
        segmenter.close();
        header.close();
        copy.close();
        memory.close();
    }
}
