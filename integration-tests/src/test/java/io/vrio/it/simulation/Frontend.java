// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.memory.MemorySlice;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.memory.GuestRegion;
import io.vrio.server.virtqueue.RingFormat;
import io.vrio.server.virtqueue.RingLayout;
import io.vrio.server.virtqueue.Virtqueue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Does to the device what a frontend makes a session do: shares memory, starts queues, stops them
 * within bounded time, resets, leaves. One connection.
 */
final class Frontend implements AutoCloseable {
    private static final long MS = 1_000_000;
    private static final long PAGE = 4096;

    /** Memory at the start of the guest's, which is never cut: the rings are in it. */
    private static final long RINGS_LENGTH = 64 << 10;

    private final VirtioDevice device;
    private final GuestRings guest;
    private final boolean isHasty;
    private final NanoClock clock;
    private final SplittableRandom random;
    private final GuestMemory memory = new GuestMemory();
    private final Virtqueue[] queues;
    private final MemorySlice kept;
    private final State[] states;
    private final long[] dueNs;
    private boolean isResetting;
    private long failed;

    private enum State {
        RUNNING,
        STOPPING,
        STOPPED
    }

    /**
     * @param isHasty whether it may have no time for requests in flight
     */
    Frontend(
            VirtioDevice device,
            GuestRings guest,
            boolean isHasty,
            NanoClock clock,
            SplittableRandom random) {
        this.device = device;
        this.guest = guest;
        this.isHasty = isHasty;
        this.clock = clock;
        this.random = random;
        int count = guest.ringCount();
        queues = new Virtqueue[count];
        states = new State[count];
        dueNs = new long[count];
        GuestRam file = guest.kept();
        kept = file == null ? null : memory.mapInFlight(file.slice().length(), 0, file.fd());
        shareMemory();
        startAll();
    }

    private void startAll() {
        device.acceptFeatures(guest.features());
        for (int i = 0; i < queues.length; i++) {
            start(i, guest.ring(i).layout());
        }
    }

    private void start(int index, RingLayout layout) {
        queues[index] = open(index, layout);
        if (!queues[index].remap()) {
            throw new AssertionError("ring " + index + " is not in the guest's memory");
        }
        device.startQueue(index, queues[index], guest.ring(index).call());
        guest.ring(index).onStart(layout.base());
        guest.onStart(index);
        states[index] = State.RUNNING;
    }

    private Virtqueue open(int index, RingLayout layout) {
        if (kept == null) {
            return RingFormat.open(memory, layout, guest.features());
        }
        long length = RingFormat.of(guest.features()).logLength(layout.size());
        MemorySlice log = kept.slice(index * length, length);
        return RingFormat.open(memory, layout, guest.features(), log, layout.size());
    }

    private void startAgain(int index) {
        start(index, guest.ring(index).layoutAt(queues[index].base()));
    }

    /** Replaces the table by another one of the same memory; rings may be running. */
    void shareMemory() {
        GuestRam ram = guest.ram();
        long length = ram.slice().length();
        List<GuestRegion> regions = new ArrayList<>();
        long at = 0;
        while (at < length) {
            long next = at == 0 ? Math.min(length, RINGS_LENGTH) : at + PAGE;
            if (next < length) {
                next += random.nextLong((length - next) / PAGE + 1) * PAGE;
            }
            regions.add(region(ram.region(), at, next - at));
            at = next;
        }
        int[] fds = new int[regions.size()];
        Arrays.fill(fds, ram.fd());
        memory.replace(regions, fds);
        for (int i = 0; i < queues.length; i++) {
            if (states[i] == State.RUNNING && !queues[i].remap()) {
                throw new AssertionError("ring " + i + " is not in the guest's memory any more");
            }
        }
    }

    private static GuestRegion region(GuestRegion whole, long offset, long length) {
        return new GuestRegion(
                whole.guestAddress() + offset, length, whole.frontendAddress() + offset, offset);
    }

    /** GET_VRING_BASE of one queue, or of all as when a machine is paused; started again later. */
    void stop(boolean isAll) {
        int chosen = random.nextInt(queues.length);
        for (int i = 0; i < queues.length; i++) {
            if ((isAll || i == chosen) && states[i] == State.RUNNING) {
                beginStop(i);
            }
        }
    }

    private void beginStop(int index) {
        device.stopQueue(index);
        states[index] = State.STOPPING;
        dueNs[index] = clock.nanoTime() + patienceNs();
    }

    private long patienceNs() {
        boolean isShort = isHasty && random.nextInt(4) > 0;
        return isShort ? random.nextLong(2 * MS) : random.nextLong(1, 800) * MS;
    }

    /** The driver starts anew: the device waits for what is in flight, a bounded time. */
    void resetDriver() {
        isResetting = true;
        for (int i = 0; i < queues.length; i++) {
            if (states[i] == State.RUNNING) {
                beginStop(i);
            } else {
                // A reset does not start again what was stopped.
                states[i] = State.STOPPING;
            }
        }
    }

    /** Goes on with what waits for time or for the device. */
    int doWork() {
        if (isResetting) {
            return finishReset();
        }
        int work = 0;
        for (int i = 0; i < queues.length; i++) {
            work += doWork(i);
        }
        return work;
    }

    private int doWork(int index) {
        boolean isDue = dueNs[index] - clock.nanoTime() <= 0;
        switch (states[index]) {
            case RUNNING -> {
                return 0;
            }
            case STOPPING -> {
                if (!isDue && device.inFlight(index) > 0) {
                    return 0;
                }
                if (device.inFlight(index) > 0) {
                    // The disk ends the requests of all queues then.
                    failed += inFlight();
                }
                device.failInFlight(index);
                checkStopped(index);
                states[index] = State.STOPPED;
                boolean isAtOnce = isHasty && random.nextBoolean();
                dueNs[index] = clock.nanoTime() + (isAtOnce ? 0 : random.nextLong(50 * MS));
            }
            case STOPPED -> {
                if (!isDue) {
                    return 0;
                }
                startAgain(index);
            }
        }
        return 1;
    }

    private int inFlight() {
        int count = 0;
        for (int i = 0; i < queues.length; i++) {
            count += device.inFlight(i);
        }
        return count;
    }

    /** Whether nothing is in flight, and the device waits for nothing that it was told to end. */
    boolean canLeave() {
        for (State state : states) {
            if (state == State.STOPPING) {
                return false;
            }
        }
        return inFlight() == 0;
    }

    /** Requests that were ended with an error because a queue had to stop. */
    long failed() {
        return failed;
    }

    private void checkStopped(int index) {
        if (device.inFlight(index) != 0 || queues[index].inFlight() != 0) {
            throw new AssertionError("queue " + index + " is stopped and has chains in flight");
        }
        if (!guest.ring(index).driver().isAllUsedAt(queues[index].base())) {
            throw new AssertionError("queue " + index + " has not given back all it has taken");
        }
    }

    private int finishReset() {
        for (int i = 0; i < queues.length; i++) {
            boolean isWaiting = states[i] == State.STOPPING && device.inFlight(i) > 0;
            if (isWaiting && dueNs[i] - clock.nanoTime() > 0) {
                return 0;
            }
        }
        isResetting = false;
        device.reset();
        guest.reset();
        startAll();
        return 1;
    }

    /** When {@link #doWork} must be called, or {@code Agent.NO_DEADLINE}. */
    long nextDeadlineNs() {
        long nextNs = Agent.NO_DEADLINE;
        for (int i = 0; i < queues.length; i++) {
            boolean isTimed = states[i] == State.STOPPING || states[i] == State.STOPPED;
            if (isTimed && (nextNs == Agent.NO_DEADLINE || isNext(dueNs[i] - nextNs))) {
                nextNs = dueNs[i];
            }
        }
        return nextNs;
    }

    /** A reset waits for the last of its queues, other things for the first that is due. */
    private boolean isNext(long differenceNs) {
        return isResetting ? differenceNs > 0 : differenceNs < 0;
    }

    /** The worker has gone to sleep: no chain may wait in a ring that is served. */
    void checkNothingWaits() {
        for (int i = 0; i < queues.length; i++) {
            boolean isServed = states[i] == State.RUNNING && guest.isTakenAtOnce(i);
            if (isServed && !guest.ring(i).driver().isAllSeenAt(queues[i].base())) {
                throw new AssertionError("the worker sleeps while a chain waits in queue " + i);
            }
        }
    }

    boolean isRunning() {
        for (State state : states) {
            if (state != State.RUNNING) {
                return false;
            }
        }
        return !isResetting;
    }

    /** The connection has ended. What is in flight stays noted for the next one. */
    @Override
    public void close() {
        for (Virtqueue queue : queues) {
            queue.closeInFlightLog();
        }
        device.detach();
        memory.close();
    }
}
