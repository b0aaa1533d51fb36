// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.cli.option.WorkerCount;
import io.vrio.common.clock.ManualClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerScalerTest {
    private static final long TICK_NS = 250_000_000L;

    private final ManualClock clock = new ManualClock(0);
    private final Pool pool = new Pool();
    private final WorkerScaler scaler = new WorkerScaler(pool, new WorkerCount(1, 2), clock);

    /** Workers that do what they are told to have done. */
    private static final class Pool implements WorkerPool {
        private final List<WorkerLoad> loads = new ArrayList<>(List.of(new WorkerLoad(0, 0)));
        private final List<String> calls = new ArrayList<>();
        private boolean mayGrow = true;

        void work(int worker, long busyNs, long done) {
            WorkerLoad before = loads.get(worker);
            loads.set(worker, new WorkerLoad(before.busyNs() + busyNs, before.done() + done));
        }

        @Override
        public List<WorkerLoad> loads() {
            return List.copyOf(loads);
        }

        @Override
        public boolean grow() {
            calls.add("grow");
            if (mayGrow) {
                loads.add(new WorkerLoad(0, 0));
            }
            return mayGrow;
        }

        @Override
        public boolean shrink() {
            calls.add("shrink");
            loads.remove(loads.size() - 1);
            return true;
        }

        @Override
        public boolean rebalance(int from, int to, double share) {
            calls.add("move " + from + " to " + to + " " + Math.round(share * 100));
            return true;
        }
    }

    /** Time passes in which each worker is busy for a share of it. */
    private void tick(int ticks, double... busy) {
        for (int i = 0; i < ticks; i++) {
            clock.advance(TICK_NS);
            for (int worker = 0; worker < busy.length; worker++) {
                pool.work(worker, (long) (busy[worker] * TICK_NS), (long) (busy[worker] * 1000));
            }
            scaler.tick();
        }
    }

    @Test
    void shouldTellTheShareOfTheLastLook() {
        tick(1, 0.75);
        tick(1, 0.25);

        assertArrayEquals(new double[] {0.25}, scaler.busy(), 1e-6);
    }

    @Test
    void shouldNotBelieveMoreThanAllOfTheTime() {
        tick(1, 1.5);

        assertArrayEquals(new double[] {1}, scaler.busy(), 1e-6);
    }

    @Test
    void shouldGrowKeepAndShrink() {
        tick(ScalingRule.AGREEING_TICKS, 1.0);
        assertEquals(List.of("grow"), pool.calls);

        tick(ScalingRule.SETTLE_TICKS + ScalingRule.TRIAL_TICKS + 10, 1.0, 1.0);
        assertEquals(List.of("grow"), pool.calls, "twice as much is done");

        tick(ScalingRule.IDLE_TICKS, 0.1, 0.1);
        assertEquals(List.of("grow", "shrink"), pool.calls);
    }

    @Test
    void shouldTakeBackWhatBroughtNothing() {
        tick(ScalingRule.AGREEING_TICKS, 1.0);
        for (int i = 0; i < ScalingRule.SETTLE_TICKS + ScalingRule.TRIAL_TICKS; i++) {
            clock.advance(TICK_NS);
            pool.work(0, TICK_NS, 500);
            pool.work(1, TICK_NS, 500);
            scaler.tick();
        }

        assertEquals(List.of("grow", "shrink"), pool.calls);
    }

    @Test
    void shouldGoOnWhenThereCanBeNoMore() {
        pool.mayGrow = false;
        tick(ScalingRule.HOLD_TICKS_MIN, 1.0);

        assertEquals(List.of("grow"), pool.calls);
    }

    @Test
    void shouldHaveLoadMovedFromTheHotToTheColdOne() {
        tick(ScalingRule.AGREEING_TICKS, 1.0);
        tick(ScalingRule.SETTLE_TICKS + ScalingRule.TRIAL_TICKS, 1.0, 1.0);
        pool.calls.clear();

        tick(ScalingRule.AGREEING_TICKS, 1.0, 0.4);
        assertEquals(List.of("move 0 to 1 30"), pool.calls);
    }
}
