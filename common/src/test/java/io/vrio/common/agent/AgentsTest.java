// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Agents come and go, rest and wake, also while they are walked through. */
final class AgentsTest {
    private final Agents agents = new Agents();
    private final List<String> told = new ArrayList<>();
    private final Told first = new Told("first");
    private final Told second = new Told("second");
    private final Told third = new Told("third");

    /** Notes what it is told, and does then what the test wants. */
    private final class Told implements Agent {
        private final String name;
        private boolean mayBlock = true;
        private long deadlineNs = NO_DEADLINE;
        private Runnable turn = () -> {};

        Told(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int doWork() {
            return 0;
        }

        @Override
        public boolean prepareToBlock() {
            told.add(name);
            turn.run();
            return mayBlock;
        }

        @Override
        public void onWake() {
            told.add(name);
            turn.run();
        }

        @Override
        public long deadlineNs() {
            return deadlineNs;
        }
    }

    @BeforeEach
    void add() {
        agents.add(first);
        agents.add(second);
        agents.add(third);
    }

    @Test
    void shouldLeaveOutWhoRests() {
        agents.rest(second);
        assertTrue(agents.isAnyResting());
        assertEquals(List.of(first, third), agents.awake());
        assertEquals(List.of(first, second, third), agents.all());
    }

    @Test
    void shouldPutBehindTheOthersWhoWakes() {
        agents.rest(first);
        agents.wake(first);
        assertFalse(agents.isAnyResting());
        assertEquals(List.of(second, third, first), agents.awake());
        assertEquals(List.of(first, second, third), agents.all());
    }

    @Test
    void shouldTakeOutOneThatIsAwake() {
        agents.remove(first);
        assertFalse(agents.isAnyResting());
        assertEquals(List.of(second, third), agents.awake());
        assertEquals(List.of(second, third), agents.all());
    }

    @Test
    void shouldTakeOutOneThatRests() {
        agents.rest(third);
        agents.remove(third);
        assertFalse(agents.isAnyResting());
        assertEquals(List.of(first, second), agents.awake());
        assertEquals(List.of(first, second), agents.all());
    }

    @Test
    void shouldBeChangedByNobodyElse() {
        assertThrows(UnsupportedOperationException.class, () -> agents.all().clear());
        assertThrows(UnsupportedOperationException.class, () -> agents.awake().clear());
    }

    @Test
    void shouldPrepareAllThatAreAwakeAlthoughOneHasWork() {
        second.mayBlock = false;
        agents.rest(first);
        assertFalse(agents.prepareToBlock());
        assertEquals(List.of("second", "third"), told);
    }

    @Test
    void shouldBlockWhenOnlyOneThatRestsHasWork() {
        second.mayBlock = false;
        agents.rest(second);
        assertTrue(agents.prepareToBlock());
    }

    @Test
    void shouldWakeAllThatAreAwake() {
        agents.rest(second);
        agents.onWake();
        assertEquals(List.of("first", "third"), told);
    }

    @Test
    void shouldHaveNoDeadlineWhenNobodyHas() {
        assertEquals(Agent.NO_DEADLINE, agents.deadlineNs());
    }

    @Test
    void shouldHaveTheEarliestDeadlineOfThoseThatAreAwake() {
        first.deadlineNs = 5;
        second.deadlineNs = 3;
        third.deadlineNs = 4;
        assertEquals(3, agents.deadlineNs());
        agents.rest(second);
        assertEquals(4, agents.deadlineNs());
    }

    @Test
    void shouldGoOnBehindOneThatComesToRestInItsTurn() {
        second.turn = () -> agents.rest(second);
        agents.prepareToBlock();
        // What has slid into its place has its turn in the next walk.
        assertEquals(List.of("first", "second"), told);
        agents.onWake();
        assertEquals(List.of("first", "second", "first", "third"), told);
    }

    @Test
    void shouldEndWhenTheOthersLeaveInOnesTurn() {
        second.turn =
                () -> {
                    agents.remove(first);
                    agents.remove(third);
                };
        agents.onWake();
        assertEquals(List.of("first", "second"), told);
        assertEquals(List.of(second), agents.all());
    }

    @Test
    void shouldReachOneThatIsWokenInAnothersTurn() {
        agents.rest(first);
        third.turn = () -> agents.wake(first);
        agents.prepareToBlock();
        assertEquals(List.of("second", "third", "first"), told);
    }

    @Test
    void shouldReachOneThatIsAddedInAnothersTurn() {
        third.turn = () -> agents.add(new Told("fourth"));
        agents.onWake();
        assertEquals(List.of("first", "second", "third", "fourth"), told);
    }
}
