// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.NativeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VnetHeaderTest {
    private final NativeBuffer memory = new NativeBuffer(4096);
    private final NetFrame frame = new NetFrame();

    @AfterEach
    void close() {
        memory.close();
    }

    private byte[] written() {
        VnetHeader.write(frame, memory.slice());
        byte[] bytes = new byte[VnetHeader.LENGTH];
        memory.slice().getBytes(0, bytes, 0, bytes.length);
        return bytes;
    }

    private NetFrame tso(int headerLength) {
        frame.begin(0)
                .offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, headerLength, 0x05A8)
                .checksum(0x22, 0x10)
                .data()
                .add(memory.slice(), 0, 3000);
        return frame;
    }

    @Test
    void shouldHaveTheBytesOfTheKernel() {
        tso(0x36);
        assertArrayEquals(new byte[] {1, 1, 0x36, 0, (byte) 0xA8, 5, 0x22, 0, 0x10, 0}, written());
    }

    @Test
    void shouldReadBackWhatItWrites() {
        tso(54);
        VnetHeader.write(frame, memory.slice());
        NetFrame copy = new NetFrame().begin(0);
        VnetHeader.read(memory.slice(), copy);
        assertEquals(NetFrame.NEEDS_CHECKSUM, copy.flags());
        assertEquals(NetFrame.GSO_TCPV4, copy.gsoType());
        assertEquals(54, copy.headerLength());
        assertEquals(0x05A8, copy.gsoSize());
        assertEquals(34, copy.checksumStart());
        assertEquals(16, copy.checksumOffset());
    }

    @Test
    void shouldLeaveOutAHeaderLengthThatCannotBeTrue() {
        tso(3001);
        assertEquals(0, written()[2]);
        tso(13);
        assertEquals(0, written()[2]);
    }

    @Test
    void shouldNotPassOnThatAGuestVerifiedAChecksum() {
        frame.begin(0).offload(NetFrame.DATA_VALID, NetFrame.GSO_NONE, 0, 0);
        assertEquals(0, written()[0]);
    }
}
