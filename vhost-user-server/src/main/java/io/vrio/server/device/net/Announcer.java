// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;

/**
 * Tells the network where a guest is that has moved: broadcasts one RARP request in its name (RFC
 * 903), from which switches learn. Waits until there is a link. One per device.
 *
 * <pre>
 *  0               6          12     14        16        18      20         22
 *  | destination 6 | source 6 | type | hardware | protocol | 6 | 4 | operation |
 *  | source 6 | its IP 4 | target 6 | its IP 4 |
 * </pre>
 */
final class Announcer implements AutoCloseable {
    /** Bytes: the shortest Ethernet frame, without its check sequence. */
    static final int LENGTH = 60;

    private static final int SOURCE = 6;
    private static final int TYPE = 12;
    private static final int HARDWARE = 14;
    private static final int PROTOCOL = 16;
    private static final int LENGTHS = 18;
    private static final int OPERATION = 20;
    private static final int SENDER = 22;
    private static final int TARGET = 32;
    private static final int MAC_LENGTH = 6;

    private static final int TYPE_RARP = 0x8035;
    private static final int HARDWARE_ETHERNET = 1;
    private static final int PROTOCOL_IPV4 = 0x0800;
    private static final int LENGTHS_ETHERNET_IPV4 = 0x0604;
    private static final int OPERATION_REQUEST = 3;

    private final NativeBuffer buffer = new NativeBuffer(LENGTH);
    private final MemorySlice bytes = buffer.slice();
    private final NetFrame frame = new NetFrame();
    private boolean isDue;

    Announcer() {
        bytes.fill(0, MAC_LENGTH, (byte) -1);
        bytes.putShortBigEndian(TYPE, TYPE_RARP);
        bytes.putShortBigEndian(HARDWARE, HARDWARE_ETHERNET);
        bytes.putShortBigEndian(PROTOCOL, PROTOCOL_IPV4);
        bytes.putShortBigEndian(LENGTHS, LENGTHS_ETHERNET_IPV4);
        bytes.putShortBigEndian(OPERATION, OPERATION_REQUEST);
    }

    /** To be done as soon as there is a link, once. */
    void announce(long mac) {
        isDue = true;
        putMac(SOURCE, mac);
        putMac(SENDER, mac);
        putMac(TARGET, mac);
    }

    private void putMac(int offset, long mac) {
        bytes.putShortBigEndian(offset, (int) (mac >>> 32));
        bytes.putIntBigEndian(offset + 2, (int) mac);
    }

    /** Nobody is to be told any more. */
    void forget() {
        isDue = false;
    }

    /** Whether there is something to tell. */
    boolean isDue() {
        return isDue;
    }

    /** Tells it; tried again when there is no room. */
    int send(NetPort port) {
        frame.begin(0).data().add(bytes, 0, LENGTH);
        isDue = !port.offer(frame);
        return isDue ? 0 : 1;
    }

    @Override
    public void close() {
        buffer.close();
    }
}
