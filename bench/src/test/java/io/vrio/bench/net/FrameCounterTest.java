// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FrameCounterTest {
    private static final String INTERFACES =
            """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets
              pps-ovs2:  640      10    0    0    0     0          0         0        0       0
               pps-ovs: 1280      20    0    3    0     0          0         0       90       1
            """;

    @Test
    void shouldReadTheFramesOfTheInterfaceOfExactlyThisName() {
        assertEquals(20, FrameCounter.parse(INTERFACES, "pps-ovs"));
    }

    @Test
    void shouldDivideByTheTimeBetweenTheReadings() {
        FrameCounter.Sample before = new FrameCounter.Sample(100, 1_000_000_000L);
        FrameCounter.Sample after = new FrameCounter.Sample(700, 4_000_000_000L);

        assertEquals(200, before.perSecondUntil(after));
    }
}
