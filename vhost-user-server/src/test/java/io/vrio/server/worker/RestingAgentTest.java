// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.agent.Agent;
import io.vrio.common.agent.DutyCycle;
import io.vrio.common.agent.EventHandler;
import io.vrio.common.clock.NanoClock;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever comes for an agent at rest has it looked at in the next duty cycle. */
final class RestingAgentTest {
    private static final int DESCRIPTOR = 5;

    private final Cycle cycle = new Cycle();
    private final RestingAgent<Idler> resting =
            new RestingAgent<>(cycle, worker -> new Idler(worker, cycle));

    /** The duty cycle of a worker with many agents, of which one is run here. */
    private static final class Cycle implements DutyCycle {
        private final Map<Integer, EventHandler> handlers = new HashMap<>();
        private Agent agent;
        private boolean isLeftOut;

        /** What the agent at rest has been asked and told. */
        private int looks;

        private int prepared;
        private int woken;

        /** How often it became part of the duty cycle again. */
        private int wakes;

        private boolean mayBlock = true;
        private boolean canRest = true;

        @Override
        public NanoClock clock() {
            return () -> 0;
        }

        @Override
        public void add(Agent newAgent) {
            agent = newAgent;
        }

        @Override
        public void remove(Agent former) {
            agent = null;
        }

        @Override
        public void rest(Agent newlyResting) {
            isLeftOut = newlyResting == agent;
        }

        @Override
        public void wake(Agent wanted) {
            isLeftOut = wanted != agent;
            wakes++;
        }

        @Override
        public int register(int descriptor, EventHandler handler) {
            handlers.put(descriptor, handler);
            return 0;
        }

        @Override
        public void unregister(int descriptor, int key) {
            handlers.remove(descriptor);
        }
    }

    /** An agent that never has anything to do, and watches a descriptor. */
    private record Idler(RestingAgent<Idler> worker, Cycle cycle) implements Restable {
        Idler {
            worker.register(DESCRIPTOR, () -> {});
        }

        @Override
        public String name() {
            return "idler";
        }

        @Override
        public int doWork() {
            cycle.looks++;
            return 0;
        }

        @Override
        public boolean canRest() {
            return cycle.canRest;
        }

        @Override
        public boolean prepareToBlock() {
            cycle.prepared++;
            return cycle.mayBlock;
        }

        @Override
        public void onWake() {
            cycle.woken++;
        }

        @Override
        public long deadlineNs() {
            return 7;
        }
    }

    private void rest() {
        resting.join(cycle);
        IntStream.range(0, RestingAgent.LOOKS).forEach(look -> resting.doWork());
    }

    private int looksIn(int cycles) {
        int before = cycle.looks;
        IntStream.range(0, cycles).filter(i -> !cycle.isLeftOut).forEach(i -> cycle.agent.doWork());
        return cycle.looks - before;
    }

    /** All ways to an agent but its duty cycle. */
    private static Stream<Consumer<RestingAgentTest>> ways() {
        return Stream.of(
                test -> test.cycle.handlers.get(DESCRIPTOR).onReady(),
                test -> test.resting.tell(agent -> {}),
                test -> test.resting.ask(Idler::name),
                test -> test.resting.join(test.cycle),
                test -> test.resting.onMemoryFault());
    }

    @Test
    void shouldNotBeLookedAt() {
        rest();
        assertEquals(0, looksIn(100));
        assertEquals(1, cycle.prepared);
        assertEquals(0, cycle.woken);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldBeWokenAndLookedAtAfterWhateverCame(Consumer<RestingAgentTest> way) {
        rest();
        way.accept(this);
        assertEquals(1, looksIn(1));
        assertEquals(1, cycle.woken);
    }

    @Test
    void shouldNotRestWhenSomethingHasComeBeforeItWasPrepared() {
        cycle.mayBlock = false;
        rest();
        assertEquals(1, cycle.prepared);
        assertEquals(1, looksIn(1));
        assertEquals(1, cycle.woken);
    }

    @Test
    void shouldNotRestWhileItWaitsForWhatNobodyTells() {
        cycle.canRest = false;
        rest();
        assertEquals(100, looksIn(100));
        assertEquals(0, cycle.prepared);
    }

    @Test
    void shouldRestAgainAfterAsManyLooks() {
        rest();
        resting.tell(agent -> {});
        assertEquals(RestingAgent.LOOKS, looksIn(10 * RestingAgent.LOOKS));
    }

    @Test
    void shouldBeOfNoWorkerWhenItHasLeft() {
        rest();
        resting.leave();
        assertEquals(null, cycle.agent);
        int before = cycle.wakes;
        resting.ask(Idler::name);
        assertEquals(before, cycle.wakes);
    }

    @Test
    void shouldNotTouchAWorkerThatItHasLeft() {
        resting.join(cycle);
        resting.leave();
        Agent other = new Idler(resting, cycle);
        cycle.add(other);
        resting.leave();
        assertEquals(other, cycle.agent);
    }
}
