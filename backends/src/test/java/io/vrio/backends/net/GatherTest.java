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

class GatherTest {
    private static final int VNET = 12;

    private final NativeBuffer memory = new NativeBuffer(8192);
    private final Gather gather = new Gather(VNET);
    private final NetFrame frame = new NetFrame().begin(0);
    private int file;

    @BeforeEach
    void fill() {
        file = Linux.check(Linux.memfdCreate("gather"), "memfd_create");
        for (int i = 0; i < 8192; i++) {
            memory.slice().putByte(i, (byte) (i * 7));
        }
    }

    @AfterEach
    void close() {
        Linux.close(file);
        gather.close();
        memory.close();
    }

    /** What the kernel is given, without the virtio_net_hdr. */
    private byte[] gathered() {
        int count = gather.end(frame);
        int length = VNET + frame.length();
        assertEquals(length, Linux.writev(file, gather.iovecsAddress(), count));
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
    void shouldGatherPiecesThatCutTheEthernetHeader() {
        frame.data().add(memory.slice(), 0, 9);
        frame.data().add(memory.slice(), 9, 20);
        frame.data().add(memory.slice(), 29, 71);
        gather.begin(frame);
        assertArrayEquals(memoryBytes(100), gathered());
    }

    @Test
    void shouldGatherAFrameOfNothingButAnEthernetHeader() {
        frame.data().add(memory.slice(), 0, 14);
        gather.begin(frame);
        assertArrayEquals(memoryBytes(14), gathered());
    }

    @Test
    void shouldGatherMorePiecesThanASystemCallTakes() {
        for (int i = 0; i < 3000; i++) {
            frame.data().add(memory.slice(), i, 1);
        }
        gather.begin(frame);
        assertArrayEquals(memoryBytes(3000), gathered());
    }

    @Test
    void shouldTellTheSourceAddress() {
        memory.slice().putShortBigEndian(6, 0x5254);
        memory.slice().putIntBigEndian(8, 0x8000_0001);
        frame.data().add(memory.slice(), 0, 60);
        assertEquals(0x5254_8000_0001L, gather.begin(frame));
    }

    @Test
    void shouldNotSendAnAddressThatWasChangedAfterItWasJudged() {
        frame.data().add(memory.slice(), 0, 60);
        gather.begin(frame);
        byte[] judged = memoryBytes(60);
        memory.slice().putByte(6, (byte) 0x66);
        assertArrayEquals(judged, gathered());
    }
}
