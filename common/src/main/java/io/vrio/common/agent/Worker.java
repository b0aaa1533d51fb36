// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

import io.vrio.common.clock.NanoClock;
import io.vrio.common.sys.Epoll;
import io.vrio.common.sys.EventFd;
import io.vrio.common.sys.Linux;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sidecore: one thread that runs its agents' duty cycles in order. It polls while there is work,
 * spins a bounded time after it, then has the agents enable notifications and blocks in epoll. An
 * idle worker uses no CPU. Other threads reach it only by {@link #execute} and {@link #call}.
 */
public final class Worker implements DutyCycle, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    /** Limit: empty rounds between two looks at the clock while spinning. */
    private static final int ROUNDS_PER_CLOCK = 8;

    /** Empty rounds between two offers of the CPU while spinning. */
    private static final int ROUNDS_PER_YIELD = 2;

    /** Limit: busy rounds before descriptors get their look: a busy worker still hears QEMU. */
    private static final int BUSY_ROUNDS_MAX = 64;

    /** Limit: rounds, busy or not, before events are heard that an agent at rest may wait for. */
    private static final int UNHEARD_ROUNDS_MAX = 16;

    /** Limit: commands of one round, so that a flood of them cannot starve the data path. */
    private static final int COMMANDS_MAX = 16;

    /** How often somebody who waits for an answer makes sure that one can still come. */
    private static final int CALL_CHECK_MS = 100;

    /** Limit: log lines about vanished memory, which a hostile frontend can cause at will. */
    private static final int MEMORY_FAULT_LINES_MAX = 16;

    /** How late a deadline may wake it: they may be as near as some round trips of a network. */
    private static final long TIMER_SLACK_NS = 5_000;

    private final Thread thread;
    private final NanoClock clock;
    private final SpinTime spin;
    private final Epoll epoll = new Epoll();
    private final EventFd wakeUp = new EventFd();
    private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final Agents agents = new Agents();
    private final List<EventHandler> handlers = new ArrayList<>();
    private final List<Integer> freeKeys = new ArrayList<>();
    private boolean isStopping;

    /** Of whoever closes it. */
    private boolean isClosed;

    private long idleSinceNs;

    /** Whether nothing was done since {@code quietSinceNs}, waking up for nothing included. */
    private boolean isQuiet;

    private long quietSinceNs;

    /** How long it has had work, but for the present spell, which began at {@code busySinceNs}. */
    private long busyNs;

    private long busySinceNs;
    private int emptyRounds;
    private int busyRounds;
    private int unheardRounds;
    private int memoryFaultLines;

    /**
     * @param spinNs how long to go on polling after the last work at most, 0 to 1,000,000
     */
    public Worker(String name, NanoClock clock, long spinNs) {
        this.clock = clock;
        spin = new SpinTime(spinNs);
        thread = new Thread(this::run, name);
        register(wakeUp.fd(), wakeUp::drain);
    }

    @Override
    public NanoClock clock() {
        return clock;
    }

    public void start() {
        thread.start();
    }

    @Override
    public void add(Agent agent) {
        agents.add(agent);
    }

    @Override
    public void remove(Agent agent) {
        agents.remove(agent);
    }

    @Override
    public void rest(Agent agent) {
        agents.rest(agent);
    }

    @Override
    public void wake(Agent agent) {
        agents.wake(agent);
    }

    @Override
    public int register(int descriptor, EventHandler handler) {
        int key = freeKeys.isEmpty() ? handlers.size() : freeKeys.remove(freeKeys.size() - 1);
        epoll.add(descriptor, Epoll.READABLE, key);
        if (key == handlers.size()) {
            handlers.add(handler);
        } else {
            handlers.set(key, handler);
        }
        return key;
    }

    @Override
    public void unregister(int descriptor, int key) {
        epoll.remove(descriptor);
        handlers.set(key, () -> {});
        freeKeys.add(key);
    }

    /**
     * Runs a command on the worker's thread, soon. Any thread.
     *
     * @throws WorkerEndedException when the worker has
     */
    public void execute(Runnable command) {
        checkNotEnded();
        commands.add(command);
        wakeUp.signal();
    }

    /**
     * Runs a question on the worker's thread and waits for its answer. Any thread but the worker's.
     *
     * @throws WorkerEndedException when the worker has
     */
    public <T> T call(Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        execute(
                () -> {
                    try {
                        answer.complete(question.get());
                    } catch (RuntimeException e) {
                        answer.completeExceptionally(e);
                    }
                });
        try {
            while (true) {
                try {
                    return answer.get(CALL_CHECK_MS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    checkNotEnded();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + thread.getName(), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Whether it has been closed, or died of a fault; its agents are closed then. */
    public boolean hasEnded() {
        return thread.getState() == Thread.State.TERMINATED;
    }

    private void checkNotEnded() {
        if (hasEnded()) {
            throw new WorkerEndedException(thread.getName());
        }
    }

    private void run() {
        try {
            Linux.timerSlackNs(TIMER_SLACK_NS);
            idleSinceNs = clock.nanoTime();
            busySinceNs = idleSinceNs;
            while (!isStopping) {
                try {
                    runCycle();
                } catch (InternalError e) {
                    onMemoryFault(e);
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.error("worker={} ends: a fault of this program", thread.getName(), e);
            throw e;
        } finally {
            closeAgents();
        }
    }

    private void runCycle() {
        // The round that finds work is work itself, often all there is before the next empty one.
        long roundNs = isQuiet ? clock.nanoTime() : busySinceNs;
        if (runRound() > 0) {
            emptyRounds = 0;
            endQuiet(roundNs);
            if (++busyRounds >= BUSY_ROUNDS_MAX) {
                busyRounds = 0;
                handleEvents(0);
            }
            return;
        }
        emptyRounds++;
        if (emptyRounds == 1) {
            idleSinceNs = clock.nanoTime();
            beginQuiet();
        } else if (emptyRounds % ROUNDS_PER_CLOCK == 0
                && clock.nanoTime() - idleSinceNs >= spin.ns()) {
            block();
            emptyRounds = 0;
            return;
        }
        // With more busy threads than cores, an unyielding spin starves the very thread that it
        // waits for: at once, for the last work has perhaps woken it, and often from then on.
        if (emptyRounds % ROUNDS_PER_YIELD == 1) {
            Linux.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    /** How long it has had work since its start; polling in vain does not count. Its thread. */
    public long busyNs() {
        return isQuiet ? busyNs : busyNs + clock.nanoTime() - busySinceNs;
    }

    private void beginQuiet() {
        if (!isQuiet) {
            isQuiet = true;
            quietSinceNs = idleSinceNs;
            busyNs += quietSinceNs - busySinceNs;
        }
    }

    private void endQuiet(long nowNs) {
        if (isQuiet) {
            isQuiet = false;
            busySinceNs = nowNs;
            spin.onWork(busySinceNs - quietSinceNs);
        }
    }

    /**
     * A frontend cut off memory that it shares with us. The JVM does not say whose, and devices of
     * other guests run here too: each agent looks after its own, and the worker goes on.
     */
    private void onMemoryFault(InternalError fault) {
        if (memoryFaultLines < MEMORY_FAULT_LINES_MAX) {
            memoryFaultLines++;
            LOG.warn("worker={} shared memory has vanished", thread.getName(), fault);
        }
        for (Agent agent : List.copyOf(agents.all())) {
            agent.onMemoryFault();
        }
    }

    private int runRound() {
        hearEventsOfResting();
        int work = runCommands();
        List<Agent> awake = agents.awake();
        for (int i = 0; i < awake.size(); i++) {
            work += awake.get(i).doWork();
        }
        return work;
    }

    private void hearEventsOfResting() {
        if (agents.isAnyResting() && ++unheardRounds >= UNHEARD_ROUNDS_MAX) {
            handleEvents(0);
        }
    }

    private int runCommands() {
        int count = 0;
        while (count < COMMANDS_MAX) {
            Runnable command = commands.poll();
            if (command == null) {
                break;
            }
            command.run();
            count++;
        }
        return count;
    }

    private void block() {
        boolean mayBlock = agents.prepareToBlock();
        // One level-triggered look also when not blocking: sockets of frontends are served here.
        handleEvents(mayBlock && commands.isEmpty() ? timeoutNs() : 0);
        agents.onWake();
    }

    private void handleEvents(long timeoutNs) {
        unheardRounds = 0;
        int ready = epoll.await(timeoutNs);
        for (int i = 0; i < ready; i++) {
            handlers.get(epoll.key(i)).onReady();
        }
    }

    private long timeoutNs() {
        long nowNs = clock.nanoTime();
        long deadlineNs = agents.deadlineNs();
        return deadlineNs == Agent.NO_DEADLINE ? -1 : Math.max(0, deadlineNs - nowNs);
    }

    private void closeAgents() {
        List<Agent> all = agents.all();
        for (int i = all.size() - 1; i >= 0; i--) {
            // It may leave the list and fail then.
            Agent agent = all.get(i);
            try {
                agent.close();
            } catch (RuntimeException e) {
                LOG.error("agent={} did not close", agent.name(), e);
            }
        }
    }

    /**
     * Ends the duty cycle, closes the agents in reverse order, and waits for it, also when it is
     * interrupted: what the thread uses must not go away under it.
     */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        if (thread.getState() == Thread.State.NEW) {
            start();
        }
        commands.add(() -> isStopping = true);
        wakeUp.signal();
        awaitEnd();
        epoll.close();
        wakeUp.close();
    }

    private void awaitEnd() {
        boolean isInterrupted = false;
        while (!hasEnded()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
