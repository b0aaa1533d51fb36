// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrameSenderTest {
    private static final int VNET = 12;

    private final NativeBuffer memory = new NativeBuffer(8192);
    private final NetFrame frame = new NetFrame().begin(0);
    private int file;
    private FrameSender sender;

    @BeforeEach
    void fill() {
        file = Linux.check(Linux.memfdCreate("frames"), "memfd_create");
        sender = new FrameSender(file, VNET);
        for (int i = 0; i < 8192; i++) {
            memory.slice().putByte(i, (byte) (i * 7));
        }
    }

    @AfterEach
    void close() {
        Linux.close(file);
        sender.close();
        memory.close();
    }

    /** What the kernel is given, without the virtio_net_hdr. */
    private byte[] sent() {
        int length = VNET + frame.length();
        assertEquals(length, sender.send(frame));
        byte[] bytes = new byte[frame.length()];
        try (NativeBuffer copy = new NativeBuffer(length)) {
            Linux.pread(file, copy.slice().address(0, length), length, 0);
            copy.slice().getBytes(VNET, bytes, 0, bytes.length);
        }
        return bytes;
    }

    private byte[] memoryBytes(int length) {
        byte[] bytes = new byte[length];
        memory.slice().getBytes(0, bytes, 0, length);
        return bytes;
    }

    @Test
    void shouldCopyPiecesThatCutTheEthernetHeader() {
        frame.data().add(memory.slice(), 0, 9);
        frame.data().add(memory.slice(), 9, 20);
        frame.data().add(memory.slice(), 29, 71);
        sender.begin(frame);
        assertArrayEquals(memoryBytes(100), sent());
    }

    @Test
    void shouldSendAFrameOfNothingButAnEthernetHeader() {
        frame.data().add(memory.slice(), 0, 14);
        sender.begin(frame);
        assertArrayEquals(memoryBytes(14), sent());
    }

    @Test
    void shouldGatherALargeFrame() {
        frame.data().add(memory.slice(), 0, 9);
        frame.data().add(memory.slice(), 9, 5000);
        frame.data().add(memory.slice(), 5009, 1);
        sender.begin(frame);
        assertArrayEquals(memoryBytes(5010), sent());
    }

    @Test
    void shouldSendMorePiecesThanASystemCallTakes() {
        for (int i = 0; i < 3000; i++) {
            frame.data().add(memory.slice(), i, 1);
        }
        sender.begin(frame);
        assertArrayEquals(memoryBytes(3000), sent());
    }

    @Test
    void shouldTellTheSourceAddress() {
        memory.slice().putShortBigEndian(6, 0x5254);
        memory.slice().putIntBigEndian(8, 0x8000_0001);
        frame.data().add(memory.slice(), 0, 60);
        assertEquals(0x5254_8000_0001L, sender.begin(frame));
    }

    @Test
    void shouldNotSendAnAddressThatWasChangedAfterItWasJudged() {
        frame.data().add(memory.slice(), 0, 5000);
        sender.begin(frame);
        byte[] judged = memoryBytes(5000);
        memory.slice().putByte(6, (byte) 0x66);
        assertArrayEquals(judged, sent());
    }
}
