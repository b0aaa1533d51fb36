// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.daemon.ScalingDecision.Grow;
import io.vrio.cli.daemon.ScalingDecision.Reason;
import io.vrio.cli.daemon.ScalingDecision.Rebalance;
import io.vrio.cli.daemon.ScalingDecision.Shrink;
import io.vrio.cli.daemon.ScalingDecision.Stay;
import io.vrio.cli.option.WorkerCount;

/**
 * How many workers a load needs: the dynamic sidecore allocation of the original's authors. Grows
 * when the workers there are have no time left; takes that back when no more is done than before
 * (the CPUs, the disk or the network are the limit then), and waits longer before it tries again;
 * shrinks when the others could easily carry all. Looks at one sample a tick. One thread.
 */
final class ScalingRule {
    /** Share of its time from which on a worker counts as one that has none left. */
    static final double HOT = 0.9;

    /** Share of its time below which a worker can take over some of a hot one's load. */
    static final double COLD = 0.5;

    /** What the workers that stay may have to do after one has ended, as a share of their time. */
    static final double EASY = 0.6;

    /** What one more worker must bring: less is within what loads vary by themselves. */
    static final double GAIN_MIN = 1.1;

    /** So many samples in a row must agree before anything is done. */
    static final int AGREEING_TICKS = 4;

    /** Likewise before there is one less: a pause between two bursts is no reason. */
    static final int IDLE_TICKS = 20;

    /** After a change, samples that tell of the change itself rather than of what it brings. */
    static final int SETTLE_TICKS = 4;

    static final int TRIAL_TICKS = 8;

    /** How long nothing is tried again after a growth in vain, at first and at most. */
    static final int HOLD_TICKS_MIN = 40;

    static final int HOLD_TICKS_MAX = 1200;

    private static final Stay STAY = new Stay();

    private final WorkerCount limits;
    private final double[] recentRates = new double[AGREEING_TICKS];
    private int ticks;
    private int hotTicks;
    private int idleTicks;
    private int unevenTicks;
    private int settleTicks;
    private int growHoldTicks;
    private int moveHoldTicks;
    private int growHoldNext = HOLD_TICKS_MIN;
    private int moveHoldNext = SETTLE_TICKS;

    /** Of a worker that was added; 0 ticks when none is on trial. */
    private int trialTicks;

    private double trialRate;
    private double trialBusy;
    private double rateBefore;

    /** One that was added in vain could not be ended yet. */
    private boolean isRegretted;

    ScalingRule(WorkerCount limits) {
        this.limits = limits;
    }

    /**
     * @param busy of each worker, share of its time in this tick, 0 to 1
     * @param rate requests and frames done per second in this tick
     */
    ScalingDecision decide(double[] busy, double rate) {
        recentRates[ticks++ % AGREEING_TICKS] = rate;
        growHoldTicks = Math.max(0, growHoldTicks - 1);
        moveHoldTicks = Math.max(0, moveHoldTicks - 1);
        if (settleTicks > 0) {
            settleTicks--;
            return STAY;
        }
        if (trialTicks > 0) {
            return onTrial(sum(busy) / busy.length, rate);
        }
        observe(busy);
        return judge(busy);
    }

    private ScalingDecision onTrial(double busy, double rate) {
        trialRate += rate;
        trialBusy += busy;
        trialTicks--;
        boolean isInVain =
                trialTicks == 0
                        // Otherwise the load has gone meanwhile, which tells nothing.
                        && trialBusy / TRIAL_TICKS >= COLD
                        && trialRate / TRIAL_TICKS < rateBefore * GAIN_MIN;
        if (trialTicks == 0 && !isInVain) {
            growHoldNext = HOLD_TICKS_MIN;
        }
        return isInVain ? new Shrink(Reason.REGRET) : STAY;
    }

    private void observe(double[] busy) {
        double sum = sum(busy);
        hotTicks = sum >= HOT * busy.length ? hotTicks + 1 : 0;
        idleTicks = sum <= EASY * (busy.length - 1) ? idleTicks + 1 : 0;
        boolean isUneven = busy[hottest(busy)] >= HOT && busy[coldest(busy)] <= COLD;
        unevenTicks = isUneven ? unevenTicks + 1 : 0;
    }

    private ScalingDecision judge(double[] busy) {
        if (isRegretted) {
            return new Shrink(Reason.REGRET);
        }
        if (hotTicks >= AGREEING_TICKS && busy.length < limits.max() && growHoldTicks == 0) {
            return new Grow();
        }
        if (idleTicks >= IDLE_TICKS && busy.length > limits.min()) {
            return new Shrink(Reason.IDLE);
        }
        if (unevenTicks >= AGREEING_TICKS && moveHoldTicks == 0) {
            int from = hottest(busy);
            int to = coldest(busy);
            return new Rebalance(from, to, (busy[from] - busy[to]) / 2 / busy[from]);
        }
        return STAY;
    }

    /** There is one worker more, or there cannot be. */
    void onGrown(boolean isDone) {
        if (isDone) {
            rateBefore = sum(recentRates) / AGREEING_TICKS;
            trialTicks = TRIAL_TICKS;
            trialRate = 0;
            trialBusy = 0;
            startAnew();
        } else {
            holdGrowth();
        }
    }

    /** There is one worker less, or it could not be ended yet. */
    void onShrunk(Reason reason, boolean isDone) {
        if (reason == Reason.REGRET && !isRegretted) {
            holdGrowth();
        }
        isRegretted = reason == Reason.REGRET && !isDone;
        startAnew();
    }

    private void holdGrowth() {
        growHoldTicks = growHoldNext;
        growHoldNext = Math.min(HOLD_TICKS_MAX, 2 * growHoldNext);
    }

    /** Load was moved, or there was nothing that would help. */
    void onRebalanced(boolean isDone) {
        moveHoldNext = isDone ? SETTLE_TICKS : Math.min(HOLD_TICKS_MAX, 2 * moveHoldNext);
        moveHoldTicks = moveHoldNext;
        startAnew();
    }

    private void startAnew() {
        settleTicks = SETTLE_TICKS;
        hotTicks = 0;
        idleTicks = 0;
        unevenTicks = 0;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    private static int hottest(double[] busy) {
        int hottest = 0;
        for (int i = 1; i < busy.length; i++) {
            hottest = busy[i] > busy[hottest] ? i : hottest;
        }
        return hottest;
    }

    private static int coldest(double[] busy) {
        int coldest = 0;
        for (int i = 1; i < busy.length; i++) {
            coldest = busy[i] < busy[coldest] ? i : coldest;
        }
        return coldest;
    }
}
