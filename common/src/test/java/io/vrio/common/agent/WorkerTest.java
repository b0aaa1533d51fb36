// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.sys.EventFd;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class WorkerTest {
    @Test
    void shouldAnswerOnItsOwnThread() {
        try (Worker worker = new Worker("w0", NanoClock.SYSTEM, 0)) {
            worker.start();
            assertEquals("w0", worker.call(() -> Thread.currentThread().getName()));
        }
    }

    @Test
    void shouldHandTheFaultOfAQuestionToTheAsker() {
        try (Worker worker = new Worker("w0", NanoClock.SYSTEM, 0)) {
            worker.start();
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                            worker.call(
                                    () -> {
                                        throw new IllegalArgumentException("no");
                                    }));
            assertEquals(1, worker.call(() -> 1));
        }
    }

    @Test
    void shouldNotWaitForAWorkerThatHasEnded() {
        Worker worker = new Worker("w0", NanoClock.SYSTEM, 0);
        worker.start();
        worker.close();
        assertThrows(IllegalStateException.class, () -> worker.call(() -> 1));
    }

    @Test
    void shouldWaitForItsEndAlsoWhenInterrupted() {
        Worker worker = new Worker("w0", NanoClock.SYSTEM, 0);
        worker.start();
        worker.execute(() -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50)));
        Thread.currentThread().interrupt();
        worker.close();
        assertTrue(Thread.interrupted());
        assertTrue(worker.hasEnded());
    }

    @Test
    void shouldCloseWhenItHasEndedByAFault() {
        Worker worker = new Worker("w0", NanoClock.SYSTEM, 0);
        worker.start();
        worker.execute(
                () -> {
                    throw new IllegalStateException("planted");
                });
        while (!worker.hasEnded()) {
            Thread.onSpinWait();
        }
        worker.close();
        worker.close();
        assertThrows(IllegalStateException.class, () -> worker.execute(() -> {}));
    }

    @Test
    void shouldHearADescriptorWhileBlocked() throws InterruptedException {
        CountDownLatch heard = new CountDownLatch(1);
        try (EventFd event = new EventFd();
                Worker worker = new Worker("w0", NanoClock.SYSTEM, 0)) {
            worker.register(
                    event.fd(),
                    () -> {
                        event.drain();
                        heard.countDown();
                    });
            worker.start();
            event.signal();
            assertTrue(heard.await(10, TimeUnit.SECONDS));
        }
    }

    /** Is always busy, and counts its looks. */
    private static final class Counting implements Agent {
        private volatile int looks;

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public int doWork() {
            looks++;
            return 1;
        }

        void await(int more) {
            int limit = looks + more;
            while (looks - limit < 0) {
                Thread.onSpinWait();
                // By the time-out of the test.
                if (Thread.interrupted()) {
                    throw new AssertionError("looked at " + looks + " times, not " + limit);
                }
            }
        }
    }

    @Test
    @Timeout(60)
    void shouldLeaveAnAgentOutWhileItRests() {
        Counting busy = new Counting();
        Counting resting = new Counting();
        try (Worker worker = new Worker("w0", NanoClock.SYSTEM, 0)) {
            worker.add(resting);
            worker.add(busy);
            worker.start();
            resting.await(1);
            worker.execute(() -> worker.rest(resting));
            int before = worker.call(() -> resting.looks);
            busy.await(1000);
            assertEquals(before, worker.call(() -> resting.looks));
            worker.execute(() -> worker.wake(resting));
            resting.await(1);
        }
    }

    /** Is busy, and changes the duty cycle in its first turn. */
    private static final class Changing implements Agent {
        private final Consumer<Agent> change;
        private boolean isDone;

        Changing(Consumer<Agent> change) {
            this.change = change;
        }

        @Override
        public String name() {
            return "changing";
        }

        @Override
        public int doWork() {
            if (!isDone) {
                isDone = true;
                change.accept(this);
            }
            return 1;
        }
    }

    @Test
    @Timeout(60)
    void shouldGoOnWithTheOthersWhenAnAgentComesToRestInItsTurn() {
        Counting next = new Counting();
        Counting last = new Counting();
        try (Worker worker = new Worker("w0", NanoClock.SYSTEM, 0)) {
            worker.add(new Changing(worker::rest));
            worker.add(next);
            worker.add(last);
            worker.start();
            next.await(2);
            last.await(2);
        }
    }

    @Test
    @Timeout(60)
    void shouldGoOnWithTheOthersWhenAnAgentLeavesInItsTurn() {
        Counting next = new Counting();
        Counting last = new Counting();
        try (Worker worker = new Worker("w0", NanoClock.SYSTEM, 0)) {
            worker.add(new Changing(worker::remove));
            worker.add(next);
            worker.add(last);
            worker.start();
            next.await(2);
            last.await(2);
        }
    }

    @Test
    @Timeout(60)
    void shouldLookAtAnAgentThatComesInAnothersTurn() {
        Counting added = new Counting();
        try (Worker worker = new Worker("w0", NanoClock.SYSTEM, 0)) {
            worker.add(new Changing(changing -> worker.add(added)));
            worker.start();
            added.await(2);
        }
    }

    @Test
    @Timeout(60)
    void shouldLookAtAnAgentThatIsWokenInAnothersTurn() {
        Counting resting = new Counting();
        try (Worker worker = new Worker("w0", NanoClock.SYSTEM, 0)) {
            worker.add(resting);
            worker.rest(resting);
            worker.add(new Changing(changing -> worker.wake(resting)));
            worker.start();
            resting.await(2);
        }
    }

    /** Leaves its worker when it is closed, and fails to do the rest. */
    private record Unclosable(Worker worker) implements Agent {
        @Override
        public String name() {
            return "unclosable";
        }

        @Override
        public int doWork() {
            return 0;
        }

        @Override
        public void close() {
            worker.remove(this);
            throw new IllegalStateException("a fault of closing");
        }
    }

    @Test
    void shouldCloseTheOthersWhenAnAgentThatHasLeftCannotClose() {
        CountDownLatch closed = new CountDownLatch(1);
        Agent other =
                new Agent() {
                    @Override
                    public String name() {
                        return "other";
                    }

                    @Override
                    public int doWork() {
                        return 0;
                    }

                    @Override
                    public void close() {
                        closed.countDown();
                    }
                };
        Worker worker = new Worker("w0", NanoClock.SYSTEM, 0);
        worker.add(other);
        worker.add(new Unclosable(worker));
        worker.start();
        worker.close();
        assertEquals(0, closed.getCount());
    }

    @Test
    void shouldHearADescriptorAlthoughAnAgentIsAlwaysBusy() throws InterruptedException {
        CountDownLatch heard = new CountDownLatch(1);
        Agent busy =
                new Agent() {
                    @Override
                    public String name() {
                        return "busy";
                    }

                    @Override
                    public int doWork() {
                        return 1;
                    }
                };
        try (EventFd event = new EventFd();
                Worker worker = new Worker("w0", NanoClock.SYSTEM, 0)) {
            worker.add(busy);
            worker.register(
                    event.fd(),
                    () -> {
                        event.drain();
                        heard.countDown();
                    });
            worker.start();
            event.signal();
            assertTrue(heard.await(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldGoOnAfterSharedMemoryVanishedUnderAnAgent() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        Agent victim =
                new Agent() {
                    private boolean hasFailed;

                    @Override
                    public String name() {
                        return "victim";
                    }

                    @Override
                    public int doWork() {
                        if (!hasFailed) {
                            hasFailed = true;
                            throw new InternalError("a fault occurred");
                        }
                        return 0;
                    }

                    @Override
                    public void onMemoryFault() {
                        asked.countDown();
                    }
                };
        try (Worker worker = new Worker("w0", NanoClock.SYSTEM, 0)) {
            worker.add(victim);
            worker.start();
            assertTrue(asked.await(10, TimeUnit.SECONDS));
            assertEquals(1, worker.call(() -> 1));
        }
    }

    /** Finds work in some of its rounds, the first ones, and tells when it has found none. */
    private static final class Rounds implements Agent {
        private final ManualClock clock;
        private final IntPredicate hasWork;
        private final CountDownLatch idle = new CountDownLatch(8);
        private int round;

        Rounds(ManualClock clock, IntPredicate hasWork) {
            this.clock = clock;
            this.hasWork = hasWork;
        }

        @Override
        public String name() {
            return "busy for a while";
        }

        @Override
        public int doWork() {
            boolean isBusy = hasWork.test(round++);
            clock.advance(isBusy ? 1000 : 10);
            if (!isBusy) {
                idle.countDown();
            }
            return isBusy ? 1 : 0;
        }
    }

    private static long busyNs(IntPredicate hasWork) throws InterruptedException {
        ManualClock clock = new ManualClock(0);
        Rounds agent = new Rounds(clock, hasWork);
        try (Worker worker = new Worker("w0", clock, 0)) {
            worker.add(agent);
            worker.start();
            assertTrue(agent.idle.await(10, TimeUnit.SECONDS));
            return worker.call(worker::busyNs);
        }
    }

    @Test
    void shouldTellHowLongItHadWork() throws InterruptedException {
        // The first round without work is its end.
        assertEquals(5 * 1000 + 10, busyNs(round -> round < 5));
    }

    @Test
    void shouldCountARoundWithWorkBetweenRoundsWithout() throws InterruptedException {
        assertEquals(5 * (1000 + 10), busyNs(round -> round < 10 && round % 2 == 0));
    }
}
