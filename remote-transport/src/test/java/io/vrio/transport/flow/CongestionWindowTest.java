// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class CongestionWindowTest {
    private final CongestionWindow window = new CongestionWindow();

    @Test
    void shouldHalveOnATimeout() {
        window.onTimeout();
        assertEquals(2 << 20, window.bytes());
    }

    @Test
    void shouldLeaveRoomForALargeSuperFrame() {
        for (int i = 0; i < 50; i++) {
            window.onTimeout();
        }
        assertEquals(128 << 10, window.bytes());
    }

    @Test
    void shouldGrowByHalfOfWhatArrives() {
        window.onAcknowledged(1000);
        assertEquals((4 << 20) + 500, window.bytes());
    }

    @Test
    void shouldNotGrowWithoutEnd() {
        window.onAcknowledged(1L << 40);
        assertEquals(16 << 20, window.bytes());
    }
}
