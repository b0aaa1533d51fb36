// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.daemon.ScalingDecision.Grow;
import io.vrio.cli.daemon.ScalingDecision.Rebalance;
import io.vrio.cli.daemon.ScalingDecision.Shrink;
import io.vrio.cli.daemon.ScalingDecision.Stay;
import io.vrio.cli.option.WorkerCount;
import io.vrio.common.clock.NanoClock;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the load of a daemon's workers a few times a second, and has as many as it needs. A
 * thread of its own, which changes the workers and nobody else does.
 */
final class WorkerScaler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerScaler.class);

    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(250);

    /** While there is nothing to decide: each look wakes the workers. */
    private static final long IDLE_TICK_NS = TimeUnit.SECONDS.toNanos(1);

    /** Below this share of their time workers are idle. */
    private static final double IDLE = 0.05;

    private final WorkerPool pool;
    private final WorkerCount limits;
    private final NanoClock clock;
    private final ScalingRule rule;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "worker-scaler");
    private List<WorkerLoad> former;
    private long formerNs;
    private volatile double[] busy = {};

    WorkerScaler(WorkerPool pool, WorkerCount limits, NanoClock clock) {
        this.pool = pool;
        this.limits = limits;
        this.clock = clock;
        rule = new ScalingRule(limits);
        former = pool.loads();
        formerNs = clock.nanoTime();
    }

    /** Begins. The pool is there until this is closed. */
    static WorkerScaler start(WorkerPool pool, WorkerCount limits) {
        WorkerScaler scaler = new WorkerScaler(pool, limits, NanoClock.SYSTEM);
        scaler.thread.start();
        return scaler;
    }

    /** Of each worker, the share of its time at the last look, 0 to 1. Any thread. */
    double[] busy() {
        return busy.clone();
    }

    private void run() {
        try {
            while (!stop.await(isIdle() ? IDLE_TICK_NS : TICK_NS, TimeUnit.NANOSECONDS)) {
                tick();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isIdle() {
        return busy.length <= limits.min() && Arrays.stream(busy).allMatch(share -> share < IDLE);
    }

    /** One look, and what follows from it. */
    void tick() {
        List<WorkerLoad> loads = pool.loads();
        long nowNs = clock.nanoTime();
        double seconds = (nowNs - formerNs) / 1e9;
        double[] shares = new double[loads.size()];
        long done = 0;
        for (int i = 0; i < shares.length && i < former.size(); i++) {
            long busyNs = loads.get(i).busyNs() - former.get(i).busyNs();
            shares[i] = Math.min(1, busyNs / 1e9 / seconds);
            done += loads.get(i).done() - former.get(i).done();
        }
        former = loads;
        formerNs = nowNs;
        busy = shares;
        follow(rule.decide(shares, done / seconds));
    }

    private void follow(ScalingDecision decision) {
        if (decision instanceof Stay) {
            return;
        }
        String change;
        if (decision instanceof Grow) {
            boolean isDone = pool.grow();
            rule.onGrown(isDone);
            change = isDone ? "one more: they had no time left" : "cannot grow now";
        } else if (decision instanceof Shrink shrink) {
            boolean isDone = pool.shrink();
            rule.onShrunk(shrink.reason(), isDone);
            change = (isDone ? "one less: " : "cannot shrink now: ") + shrink.reason().text();
        } else {
            change = move((Rebalance) decision);
        }
        // Whatever was changed: what comes next is compared with what is now.
        former = pool.loads();
        formerNs = clock.nanoTime();
        LOG.info("workers={} busy={} {}", former.size(), percents(), change);
    }

    private String move(Rebalance move) {
        boolean isDone = pool.rebalance(move.from(), move.to(), move.share());
        rule.onRebalanced(isDone);
        return "worker "
                + move.from()
                + " is hot, worker "
                + move.to()
                + (isDone ? " takes some of its load" : " cannot take some of its load");
    }

    private String percents() {
        StringBuilder text = new StringBuilder();
        for (double share : busy) {
            text.append(text.isEmpty() ? "" : ",").append(Math.round(share * 100)).append('%');
        }
        return text.toString();
    }

    /** Waits until it has ended. */
    @Override
    public void close() {
        stop.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
