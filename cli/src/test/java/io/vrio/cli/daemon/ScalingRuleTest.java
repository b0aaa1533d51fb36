// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.cli.daemon.ScalingDecision.Grow;
import io.vrio.cli.daemon.ScalingDecision.Reason;
import io.vrio.cli.daemon.ScalingDecision.Rebalance;
import io.vrio.cli.daemon.ScalingDecision.Shrink;
import io.vrio.cli.daemon.ScalingDecision.Stay;
import io.vrio.cli.option.WorkerCount;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rule, fed with loads of machines that are only arithmetic. */
class ScalingRuleTest {
    private static final double PER_WORKER = 10_000;

    private final List<Integer> counts = new ArrayList<>();
    private ScalingRule rule = new ScalingRule(new WorkerCount(1, 4));
    private int count = 1;

    /**
     * Workers that share {@code demand} requests a second evenly, on a machine that can do {@code
     * limit} of them, however many workers there are.
     */
    private void run(int ticks, double demand, double limit) {
        for (int i = 0; i < ticks; i++) {
            double rate = Math.min(demand, Math.min(limit, count * PER_WORKER));
            // At the machine's limit workers wait for their CPU: they look busy.
            double busy = rate < demand ? 1 : rate / count / PER_WORKER;
            double[] all = new double[count];
            Arrays.fill(all, busy);
            follow(rule.decide(all, rate));
            counts.add(count);
        }
    }

    private void follow(ScalingDecision decision) {
        if (decision instanceof Grow) {
            count++;
            rule.onGrown(true);
        } else if (decision instanceof Shrink shrink) {
            count--;
            rule.onShrunk(shrink.reason(), true);
        }
    }

    private int growths() {
        int growths = 0;
        for (int i = 1; i < counts.size(); i++) {
            growths += counts.get(i) > counts.get(i - 1) ? 1 : 0;
        }
        return growths;
    }

    @Test
    void shouldGrowAsFarAsTheLoadNeeds() {
        run(200, 2.5 * PER_WORKER, Double.MAX_VALUE);

        assertEquals(3, count);
        assertEquals(2, growths());
    }

    @Test
    void shouldTakeBackGrowthThatBringsNothing() {
        run(50, 5 * PER_WORKER, PER_WORKER);

        assertEquals(1, count);
        assertEquals(1, growths());
    }

    @Test
    void shouldTryMoreAndMoreRarely() {
        run(4000, 5 * PER_WORKER, PER_WORKER);

        assertEquals(1, count);
        // Doubling from 40 ticks to 1200: 7 in the first 2500, then one in 1200.
        assertTrue(growths() <= 9, () -> growths() + " growths");
        assertTrue(growths() >= 5, () -> growths() + " growths");
    }

    @Test
    void shouldKeepWhatHelpedAndTakeBackWhatDidNot() {
        run(300, 9 * PER_WORKER, 2 * PER_WORKER);

        assertEquals(2, count);
    }

    @Test
    void shouldShrinkWhenIdleButNotInAPause() {
        run(200, 2.5 * PER_WORKER, Double.MAX_VALUE);
        run(ScalingRule.IDLE_TICKS / 2, 0, Double.MAX_VALUE);
        assertEquals(3, count, "a pause between bursts");

        run(20, 2.5 * PER_WORKER, Double.MAX_VALUE);
        run(200, 0, Double.MAX_VALUE);
        assertEquals(1, count);
    }

    @Test
    void shouldNotBlameGrowthForALoadThatHasGone() {
        run(6, 5 * PER_WORKER, Double.MAX_VALUE);
        assertEquals(2, count);
        run(10, 0, Double.MAX_VALUE);
        assertEquals(2, count, "the trial has ended without a judgement");

        run(100, 0, Double.MAX_VALUE);
        run(12, 5 * PER_WORKER, Double.MAX_VALUE);
        assertEquals(2, count, "nothing keeps it from growing at once");
    }

    @Test
    void shouldStayWithinTheLimits() {
        rule = new ScalingRule(new WorkerCount(2, 3));
        count = 2;
        run(500, 9 * PER_WORKER, Double.MAX_VALUE);
        assertEquals(3, count);
        run(500, 0, Double.MAX_VALUE);
        assertEquals(2, count);
    }

    @Test
    void shouldMoveHalfOfTheDifferenceFromTheHotToTheColdOne() {
        rule = new ScalingRule(new WorkerCount(3, 3));

        Rebalance move = (Rebalance) untilMoved(new double[] {0.4, 1.0, 0.2}, 100);

        assertEquals(1, move.from());
        assertEquals(2, move.to());
        assertEquals(0.4, move.share(), 1e-9);
    }

    @Test
    void shouldMoveAgainLaterAndLaterWhenThereIsNothingToMove() {
        rule = new ScalingRule(new WorkerCount(2, 2));
        double[] uneven = {1.0, 0.0};
        int last = 0;
        for (int i = 0; i < 5; i++) {
            int ticks = ticksUntilMoved(uneven);
            assertTrue(ticks > last, ticks + " ticks after " + last);
            last = ticks;
            rule.onRebalanced(false);
        }
    }

    @Test
    void shouldInsistOnTakingBackWhatCouldNotEndYet() {
        run(5, 5 * PER_WORKER, PER_WORKER);
        assertEquals(2, count);
        ScalingDecision decision = new Stay();
        for (int i = 0; decision instanceof Stay && i < 100; i++) {
            decision = rule.decide(new double[] {1, 1}, PER_WORKER);
        }
        assertEquals(new Shrink(Reason.REGRET), decision);
        rule.onShrunk(Reason.REGRET, false);

        run(ScalingRule.SETTLE_TICKS + 1, 5 * PER_WORKER, PER_WORKER);
        assertEquals(1, count);
    }

    private int ticksUntilMoved(double[] busy) {
        for (int i = 1; i < 10_000; i++) {
            if (rule.decide(busy, PER_WORKER) instanceof Rebalance) {
                return i;
            }
        }
        throw new AssertionError("never");
    }

    private ScalingDecision untilMoved(double[] busy, int ticks) {
        ScalingDecision decision = new Stay();
        for (int i = 0; decision instanceof Stay && i < ticks; i++) {
            decision = rule.decide(busy, PER_WORKER);
        }
        return assertInstanceOf(Rebalance.class, decision);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldSettleUnderAnyConstantLoad(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        double demand = random.nextDouble(6) * PER_WORKER;
        double limit = (1 + random.nextInt(5)) * PER_WORKER;
        run(3000, demand, limit);

        // In the last 1000 ticks at most one more attempt, which is taken back.
        List<Integer> end = counts.subList(2000, 3000);
        long changes = 0;
        for (int i = 1; i < end.size(); i++) {
            changes += end.get(i).equals(end.get(i - 1)) ? 0 : 1;
        }
        long seen = changes;
        assertTrue(seen <= 2, () -> seen + " changes at demand " + demand + " limit " + limit);
    }
}
