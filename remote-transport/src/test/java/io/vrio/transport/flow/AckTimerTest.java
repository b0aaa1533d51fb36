// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Agent;
import org.junit.jupiter.api.Test;

final class AckTimerTest {
    private static final long US = 1000;
    private static final long NOW = 5_000_000;

    private final RttEstimator rtt = new RttEstimator();
    private final AckTimer timer = new AckTimer(rtt);

    @Test
    void shouldNotBeDueWithoutAReason() {
        assertFalse(timer.isDue(Long.MAX_VALUE - 1));
        assertEquals(Agent.NO_DEADLINE, timer.deadlineNs());
        assertEquals(0, timer.delayNs(NOW));
    }

    @Test
    void shouldWaitForDataToRideOn() {
        timer.onReceive(NOW, 100);
        timer.onReceive(NOW + 50 * US, 100);
        assertFalse(timer.isDue(NOW + 199 * US));
        assertTrue(timer.isDue(NOW + 200 * US));
    }

    @Test
    void shouldNotWaitWhenMuchHasCome() {
        timer.onReceive(NOW, (256 << 10) - 1);
        assertFalse(timer.isDue(NOW));
        timer.onReceive(NOW, 1);
        assertTrue(timer.isDue(NOW));
    }

    @Test
    void shouldTellTheDelayOfTheNewest() {
        timer.onReceive(NOW, 100);
        timer.onReceive(NOW + 50 * US, 100);
        assertEquals(30 * US, timer.delayNs(NOW + 80 * US));
    }

    @Test
    void shouldTellOfAHoleAtOnce() {
        timer.hasten(NOW);
        assertTrue(timer.isDue(NOW));
    }

    @Test
    void shouldTellOfHolesNotMoreOftenThanTheInterval() {
        timer.hasten(NOW);
        timer.onAcknowledged();
        timer.hasten(NOW + 10 * US);
        assertFalse(timer.isDue(NOW + 49 * US));
        assertTrue(timer.isDue(NOW + 50 * US));
    }

    @Test
    void shouldTellOfHolesOnceInARoundTrip() {
        rtt.onSample(150 * US, 0, 0);
        timer.hasten(NOW);
        timer.onAcknowledged();
        timer.hasten(NOW + 10 * US);
        assertFalse(timer.isDue(NOW + 149 * US));
        assertTrue(timer.isDue(NOW + 150 * US));
    }

    @Test
    void shouldTellOfHolesAsSoonAsOfAnythingOverALongPath() {
        rtt.onSample(5000 * US, 0, 0);
        timer.hasten(NOW);
        timer.onAcknowledged();
        timer.hasten(NOW + 10 * US);
        assertTrue(timer.isDue(NOW + AckTimer.DELAY_MAX_NS));
    }

    @Test
    void shouldNotLetAHoleDelayWhatIsDueEarlier() {
        timer.hasten(NOW);
        timer.onAcknowledged();
        timer.onReceive(NOW + US, 256 << 10);
        timer.hasten(NOW + US);
        assertTrue(timer.isDue(NOW + US));
    }

    @Test
    void shouldForgetWhenAcknowledged() {
        timer.onReceive(NOW, 200 << 10);
        timer.onAcknowledged();
        timer.onReceive(NOW + US, 200 << 10);
        assertFalse(timer.isDue(NOW + US));
    }
}
