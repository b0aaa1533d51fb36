// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.roundtrip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class DatagramTest {
    private final Datagram datagram = new Datagram(1);

    @Test
    void shouldBeAFrameThatAnyHostUnderstands() {
        String golden =
                "525400900002"
                        + "525400900001"
                        + "0800"
                        // IPv4: 36 bytes, 64 hops, UDP, from 10.90.1.1 to 10.90.1.2
                        + "4500002400000000401164130a5a01010a5a0102"
                        // UDP: port 7007 to 7007, 16 bytes, no checksum
                        + "1b5f1b5f00100000"
                        + "0000000000000102";
        assertEquals(golden, HexFormat.of().formatHex(datagram.numbered(0x102)));
    }

    @Test
    void shouldRecogniseItsEcho() {
        ByteBuffer echo = echo(datagram.numbered(5));
        assertTrue(datagram.isEcho(echo, Datagram.LENGTH));
        assertTrue(datagram.isEcho(echo, Datagram.LENGTH + 10), "padded");
    }

    @Test
    void shouldTellALateEchoFromTheOneItWaitsFor() {
        ByteBuffer echo = echo(datagram.numbered(5));
        datagram.numbered(6);
        assertFalse(datagram.isEcho(echo, Datagram.LENGTH));
    }

    @Test
    void shouldNotTakeItselfOrPartsForItsEcho() {
        byte[] sent = datagram.numbered(5);
        assertFalse(datagram.isEcho(ByteBuffer.wrap(sent.clone()), Datagram.LENGTH));
        assertFalse(datagram.isEcho(echo(sent), Datagram.LENGTH - 1));
    }

    /** As the peer sends it: the addresses are exchanged. */
    private static ByteBuffer echo(byte[] sent) {
        ByteBuffer echo = ByteBuffer.allocate(64).put(sent);
        return echo.putInt(26, 10 << 24 | 90 << 16 | 1 << 8 | 2)
                .putInt(30, 10 << 24 | 90 << 16 | 1 << 8 | 1);
    }
}
