// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import java.nio.charset.StandardCharsets;

/**
 * A frame of no protocol that is sent when all is over: who has recorded it has recorded all that
 * came before, because the kernel keeps the order.
 */
final class LastFrame {
    /** For experiments; no host answers it. */
    static final String TYPE = "0x88b5";

    private static final String TEXT = "vrio: all that came before this frame is recorded";
    private static final int HEADER_LENGTH = 14;
    private static final int TYPE_OFFSET = 12;
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;

    /** struct sockaddr_ll: family, protocol, index of the interface at 4, hardware address. */
    private static final int NAME_LENGTH = 20;

    private static final int NAME_INDEX = 4;

    private LastFrame() {}

    /** Sends it from this interface to whoever is there; it is recorded there and here. */
    static void send(Namespace namespace, String name) {
        String index = namespace.run("cat", "/sys/class/net/" + name + "/ifindex");
        int sent = namespace.call(() -> send(Integer.parseInt(index.strip())));
        Linux.check(sent, "send the last frame to " + name);
    }

    private static int send(int interfaceIndex) {
        int fd = Linux.check(Linux.socket(AF_PACKET, SOCK_RAW, 0), "socket AF_PACKET");
        byte[] text = TEXT.getBytes(StandardCharsets.US_ASCII);
        int length = HEADER_LENGTH + text.length;
        try (NativeBuffer name = new NativeBuffer(NAME_LENGTH);
                NativeBuffer frame = new NativeBuffer(length)) {
            MemorySlice bytes = frame.slice();
            // From nobody to everybody.
            bytes.fill(0, 6, (byte) -1);
            bytes.putShortBigEndian(TYPE_OFFSET, Integer.decode(TYPE));
            bytes.putBytes(HEADER_LENGTH, text, 0, text.length);
            name.slice().putShort(0, (short) AF_PACKET);
            name.slice().putInt(NAME_INDEX, interfaceIndex);
            // Safety: the kernel reads the name and the frame, which are as long as said.
            int bound = Linux.bind(fd, name.slice().address(0, NAME_LENGTH), NAME_LENGTH);
            Linux.check(bound, "bind AF_PACKET");
            return (int) Linux.send(fd, bytes.address(0, length), length, 0);
        } finally {
            Linux.close(fd);
        }
    }

    static boolean isIn(byte[] recorded) {
        return new String(recorded, StandardCharsets.ISO_8859_1).contains(TEXT);
    }
}
