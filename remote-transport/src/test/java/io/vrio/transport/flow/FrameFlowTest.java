// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Agent;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FrameFlowTest {
    private static final long NOW_NS = Long.MAX_VALUE - 5;

    private final FrameFlow flow = new FrameFlow(1);

    private void begin(int messages) {
        IntStream.range(0, messages).forEach(i -> flow.nextId());
    }

    @Test
    void shouldHoldFramesBackWhileThePeerHasNotTakenMany() {
        begin(31);
        assertTrue(flow.mayBegin(NOW_NS));
        begin(1);
        assertFalse(flow.mayBegin(NOW_NS));
    }

    @Test
    void shouldGoOnWhenThePeerHasTakenSome() {
        begin(32);
        flow.mayBegin(NOW_NS);
        flow.onTaken(8);
        assertTrue(flow.mayBegin(NOW_NS));
        assertEquals(Agent.NO_DEADLINE, flow.deadlineNs());
        begin(8);
        assertFalse(flow.mayBegin(NOW_NS));
    }

    @Test
    void shouldNotBelieveThatMoreWasTakenThanWasSent() {
        begin(32);
        flow.onTaken(33);
        assertFalse(flow.mayBegin(NOW_NS));
    }

    @Test
    void shouldIgnoreAReportThatIsLate() {
        begin(32);
        flow.onTaken(16);
        begin(16);
        flow.onTaken(8);
        assertFalse(flow.mayBegin(NOW_NS));
        flow.onTaken(17);
        assertTrue(flow.mayBegin(NOW_NS));
    }

    @Test
    void shouldNotWaitForEverForAReportThatWasLost() {
        begin(32);
        assertFalse(flow.mayBegin(NOW_NS));
        assertEquals(NOW_NS + 50_000_000, flow.deadlineNs());
        flow.expire(NOW_NS + 49_999_999);
        assertFalse(flow.mayBegin(NOW_NS + 49_999_999));
        flow.expire(NOW_NS + 50_000_000);
        assertEquals(Agent.NO_DEADLINE, flow.deadlineNs());
        assertTrue(flow.mayBegin(NOW_NS + 50_000_000));
    }
}
