// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.Agent;
import io.vrio.common.agent.DutyCycle;
import io.vrio.common.agent.EventHandler;
import io.vrio.common.agent.EventLoop;
import io.vrio.common.clock.NanoClock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * All that stands between an agent and its worker, in both directions: nobody else has the agent,
 * and the agent has no other worker. So whatever comes for it, an event, a command, or another
 * worker, comes through here and ends its rest. What has had nothing to do for a while rests,
 * prepared as if to block: many that are idle do not slow down the few that are busy. On the
 * worker's thread; lives as long as the agent.
 */
final class RestingAgent<A extends Restable> implements Agent, EventLoop {
    /**
     * Looks in vain until it rests. More than a guest has to wait for a call that it has not asked
     * for.
     */
    static final int LOOKS = 128;

    private final A agent;
    private final int looksMax;
    private DutyCycle worker;

    /** In vain, since there was something to do. */
    private int looks;

    /** Whether it is part of its worker. */
    private boolean isJoined;

    private boolean isResting;

    /** Whether it was asked to be woken; it stays so while it rests. */
    private boolean isPrepared;

    /**
     * @param worker the first one, of which it is no part before {@link #join}
     * @param maker makes the agent, for which this is the worker
     */
    RestingAgent(DutyCycle worker, Function<RestingAgent<A>, A> maker) {
        this(worker, LOOKS, maker);
    }

    /**
     * @param looksMax looks in vain until it rests
     */
    RestingAgent(DutyCycle worker, int looksMax, Function<RestingAgent<A>, A> maker) {
        this.worker = worker;
        this.looksMax = looksMax;
        agent = maker.apply(this);
    }

    /** Asks the agent, or tells it something and hears what comes of it. */
    <T> T ask(Function<A, T> question) {
        endRest();
        return question.apply(agent);
    }

    void tell(Consumer<A> command) {
        endRest();
        command.accept(agent);
    }

    /**
     * The agent is part of this worker from now on, whose clock is the same as the former one's.
     */
    void join(DutyCycle newWorker) {
        endRest();
        worker = newWorker;
        worker.add(this);
        isJoined = true;
    }

    /**
     * The agent, which watches nothing, is of no worker until {@link #join}; nothing happens if it
     * is so already.
     */
    void leave() {
        // What comes for it later must not make it part of the duty cycle again.
        endRest();
        // Its former worker may run on another thread.
        if (isJoined) {
            isJoined = false;
            worker.remove(this);
        }
    }

    @Override
    public int register(int descriptor, EventHandler handler) {
        return worker.register(
                descriptor,
                () -> {
                    endRest();
                    handler.onReady();
                });
    }

    @Override
    public void unregister(int descriptor, int key) {
        worker.unregister(descriptor, key);
    }

    @Override
    public NanoClock clock() {
        return worker.clock();
    }

    @Override
    public String name() {
        return agent.name();
    }

    @Override
    public int doWork() {
        wake();
        int work = agent.doWork();
        if (work > 0) {
            looks = 0;
        } else if (++looks >= looksMax) {
            restIfItCan();
        }
        return work;
    }

    private void restIfItCan() {
        looks = 0;
        if (agent.canRest() && prepareToBlock()) {
            isResting = true;
            worker.rest(this);
        }
    }

    private void endRest() {
        looks = 0;
        if (isResting) {
            isResting = false;
            worker.wake(this);
        }
    }

    @Override
    public boolean prepareToBlock() {
        isPrepared = true;
        return agent.prepareToBlock();
    }

    @Override
    public void onWake() {
        wake();
    }

    private void wake() {
        if (isPrepared) {
            isPrepared = false;
            agent.onWake();
        }
    }

    @Override
    public long deadlineNs() {
        return agent.deadlineNs();
    }

    @Override
    public void onMemoryFault() {
        endRest();
        agent.onMemoryFault();
    }

    @Override
    public void close() {
        agent.close();
    }
}
