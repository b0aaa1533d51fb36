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
 * worker, comes through here and ends its rest. While it rests it is looked at in turn only, and
 * stays as it was prepared to block. On the worker's thread; lives as long as the agent.
 */
final class RestingAgent<A extends Restable> implements Agent, EventLoop {
    private final A agent;
    private final Rest rest;
    private DutyCycle worker;

    /** Whether it was asked to be woken; it stays so while it rests. */
    private boolean isPrepared;

    /**
     * @param worker the first one, of which it is no part before {@link #join}
     * @param maker makes the agent, for which this is the worker
     */
    RestingAgent(DutyCycle worker, Rest rest, Function<RestingAgent<A>, A> maker) {
        this.worker = worker;
        this.rest = rest;
        agent = maker.apply(this);
    }

    /** Asks the agent, or tells it something and hears what comes of it. */
    <T> T ask(Function<A, T> question) {
        rest.end();
        return question.apply(agent);
    }

    void tell(Consumer<A> command) {
        rest.end();
        command.accept(agent);
    }

    /**
     * The agent is part of this worker from now on, whose clock is the same as the former one's.
     */
    void join(DutyCycle newWorker) {
        rest.end();
        worker = newWorker;
        worker.add(this);
    }

    /** The agent, which watches nothing, is of no worker until {@link #join}. */
    void leave() {
        worker.remove(this);
    }

    @Override
    public int register(int descriptor, EventHandler handler) {
        return worker.register(
                descriptor,
                () -> {
                    rest.end();
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
        if (rest.isLeftOut(worker.agentCount())) {
            return 0;
        }
        if (!rest.isResting()) {
            wake();
        }
        int work = agent.doWork();
        if (rest.isEarned(work)) {
            restIfItCan();
        }
        return work;
    }

    private void restIfItCan() {
        if (agent.canRest()) {
            rest.begin(name().hashCode(), worker.agentCount());
        } else {
            rest.end();
        }
    }

    @Override
    public boolean prepareToBlock() {
        if (rest.isResting() && isPrepared) {
            // It was asked, had nothing, and nothing has come since: its guest kicks.
            return true;
        }
        isPrepared = true;
        boolean mayBlock = agent.prepareToBlock();
        if (!mayBlock) {
            rest.end();
        }
        return mayBlock;
    }

    @Override
    public void onWake() {
        if (!rest.isResting()) {
            wake();
        }
    }

    private void wake() {
        if (isPrepared) {
            isPrepared = false;
            agent.onWake();
        }
    }

    @Override
    public long deadlineNs() {
        return rest.isResting() ? NO_DEADLINE : agent.deadlineNs();
    }

    @Override
    public void onMemoryFault() {
        rest.end();
        agent.onMemoryFault();
    }

    @Override
    public void close() {
        agent.close();
    }
}
