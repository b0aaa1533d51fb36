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
import org.junit.jupiter.api.Test;

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

    @Test
    void shouldTellHowLongItHadWork() throws InterruptedException {
        final int rounds = 5;
        ManualClock clock = new ManualClock(0);
        CountDownLatch idle = new CountDownLatch(3);
        Agent agent =
                new Agent() {
                    private int done;

                    @Override
                    public String name() {
                        return "busy for a while";
                    }

                    @Override
                    public int doWork() {
                        boolean isBusy = done < rounds;
                        clock.advance(isBusy ? 1000 : 10);
                        done += isBusy ? 1 : 0;
                        if (!isBusy) {
                            idle.countDown();
                        }
                        return isBusy ? 1 : 0;
                    }
                };
        try (Worker worker = new Worker("w0", clock, 0)) {
            worker.add(agent);
            worker.start();
            assertTrue(idle.await(10, TimeUnit.SECONDS));
            // The first round without work is its end.
            assertEquals(rounds * 1000 + 10, worker.call(worker::busyNs));
        }
    }
}
