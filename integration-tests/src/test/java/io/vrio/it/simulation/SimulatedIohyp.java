// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.DiskWorker;
import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.backends.iohyp.KeptNics;
import io.vrio.backends.iohyp.KeptRegistry;
import io.vrio.backends.iohyp.NicRegistry;
import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.Association;
import io.vrio.transport.remote.Associations;
import io.vrio.transport.remote.Catalogs;
import io.vrio.transport.remote.EndpointGroup;
import io.vrio.transport.remote.EndpointOptions;
import io.vrio.transport.remote.SimulatedDisk;
import io.vrio.transport.remote.SimulatedWire;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** The I/O host: disks that last, and IOhyp processes, one at a time, that come and go. */
final class SimulatedIohyp implements AutoCloseable {
    static final long PEER_TIMEOUT_NS = 2_000_000_000L;

    /** So long associations, and then disks, have to leave a worker that is to end. */
    private static final long LEAVE_NS = 2_000_000_000L;

    private static final long LOOK_NS = 5_000_000;
    private static final long WORKERS = 0x10A3;

    private final Scenario scenario;
    private final SimulatedWire wire;
    private final NanoClock clock;
    private final RandomGenerator random;
    private final Map<String, SimulatedDisk> disks = new TreeMap<>();
    private final KeptRegistry kept;
    private final KeptNics keptNics;
    private final NetWays ways;
    private final Map<String, SimulatedBackend> open = new TreeMap<>();
    private final List<SimulatedIohypWorker> workers = new ArrayList<>();
    private final SplittableRandom delays;
    private long epoch;
    private EndpointGroup group;
    private ClaimWatch claims;

    /** Whose thread runs now. */
    private DiskWorker running;

    /** The last of the workers, when it is to end. */
    private SimulatedIohypWorker leaving;

    private long leavingNs;
    private NicRegistry nics;
    private SwitchWatch watch;
    private long crashes;
    private long moves;
    private long framesCame;
    private long framesSent;

    SimulatedIohyp(Scenario scenario, SimulatedWire wire, NetWays ways, RandomGenerator random) {
        this.scenario = scenario;
        this.wire = wire;
        this.ways = ways;
        clock = ways.clock();
        this.random = random;
        delays = new SplittableRandom(scenario.seed() ^ WORKERS);
        Scenario.Disk plan = scenario.disk();
        for (int i = 0; i < plan.count(); i++) {
            long seed = random.nextLong();
            disks.put(
                    "disk" + i, new SimulatedDisk(plan.capacity(), clock, plan.delayMaxNs(), seed));
        }
        kept = new KeptRegistry(disks.keySet(), plan.capacity(), clock, this::openDisk);
        keptNics = keepNics();
    }

    private SimulatedBackend openDisk(String name, DiskWorker worker) {
        SimulatedBackend disk =
                new SimulatedBackend(disks.get(name), worker, () -> running, () -> moves++);
        open.put(name, disk);
        return disk;
    }

    private KeptNics keepNics() {
        Map<String, String> specs = new TreeMap<>();
        scenario.net().nics().forEach(card -> specs.put(card.name(), card.spec()));
        try {
            return new KeptNics(specs, clock);
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * The newest association with this worker of the server of this name, or null. Not known when
     * the IOhyp has several workers: one that ends may outlive the next one at another.
     */
    Association association(String server, int worker) {
        boolean isKnown = isUp() && scenario.workers().iohyp() == 1;
        return isKnown ? first().association(server, worker) : null;
    }

    /** Whether that one has devices. */
    boolean hasDevices(String server, int worker) {
        return isUp() && Associations.hasDevices(first().endpoint(), server, worker);
    }

    /** The associations with the worker of the process that has begun the newest one. */
    long associationsOfProcess(String server, int worker) {
        return Associations.ofProcess(first().endpoint(), server, worker);
    }

    /** The process that there is now, to be told from others; null when there is none. */
    Object life() {
        return isUp() ? first() : null;
    }

    /** How often the first worker of that process had no buffer for what had come. */
    long starved() {
        return isUp() ? first().starved() : 0;
    }

    private SimulatedIohypWorker first() {
        return workers.get(0);
    }

    SimulatedDisk disk(String name) {
        return disks.get(name);
    }

    Collection<SimulatedDisk> disks() {
        return disks.values();
    }

    boolean isUp() {
        return !workers.isEmpty();
    }

    List<SimulatedIohypWorker> workers() {
        return workers;
    }

    void start() {
        epoch = random.nextLong();
        group = new EndpointGroup();
        claims = new ClaimWatch();
        watch = new SwitchWatch(scenario.net(), clock, ways.ledger());
        try {
            SimulatedCommands commands = newCommands();
            nics = keptNics.open(watch::watch);
            add(commands, kept.open(commands));
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
        for (int i = delays.nextInt(scenario.workers().iohyp()); i > 0; i--) {
            grow();
        }
    }

    private SimulatedCommands newCommands() {
        return new SimulatedCommands(clock, scenario.workers().iohyp() == 1, delays.split());
    }

    private void add(SimulatedCommands commands, DiskRegistry registry) {
        int index = workers.size();
        EndpointOptions options =
                new EndpointOptions(
                        wire.iohypEndpoint(index),
                        epoch,
                        scenario.wire().mtu(),
                        PEER_TIMEOUT_NS,
                        scenario.key().map(key -> name -> key),
                        scenario.keyLimits());
        SimulatedIohypWorker.Parts parts =
                new SimulatedIohypWorker.Parts(
                        options,
                        wire.openIohyp(index),
                        new Catalogs(claims.watch(registry), nics),
                        registry,
                        commands);
        workers.add(new SimulatedIohypWorker(scenario, parts, group, random));
    }

    /** One more worker, if there may be one; associations are sent to it. */
    void grow() {
        if (leaving != null) {
            stay();
        } else if (workers.size() < scenario.workers().iohyp()) {
            SimulatedCommands commands = newCommands();
            add(commands, first().registry().beside(commands));
        }
    }

    private void stay() {
        group.setLeaving(leaving.endpoint(), false);
        leaving.registry().stay();
        leaving = null;
    }

    /** The last of the workers is to end, unless it is the only one. */
    void shrink() {
        if (leaving == null && workers.size() > 1) {
            leaving = workers.get(workers.size() - 1);
            leavingNs = clock.nanoTime();
            group.setLeaving(leaving.endpoint(), true);
            SimulatedIohypWorker last = leaving;
            last.commands().execute(last.endpoint()::shedAll);
        }
    }

    /** Some associations of one worker go to another. */
    void rebalance(int from, int to, double share) {
        SimulatedIohypWorker hot = workers.get(from);
        SimulatedIohypWorker cold = workers.get(to);
        if (hot != cold) {
            hot.commands().execute(hot.endpoint()::markLoad);
            hot.commands().execute(() -> hot.endpoint().shed(share, cold.endpoint()));
        }
    }

    /** Has everything leave the worker that is to end, which then does, or stays after all. */
    private int proceed() {
        if (leaving == null) {
            return 0;
        }
        running = leaving.commands();
        boolean isLate = clock.nanoTime() - leavingNs >= LEAVE_NS;
        if (clock.nanoTime() - leavingNs >= 2 * LEAVE_NS) {
            stay();
            return 1;
        }
        if (leaving.endpoint().peerCount() > 0) {
            if (isLate) {
                leaving.endpoint().endAll();
            }
            return 0;
        }
        leaving.registry().leaveTo(first().registry());
        if (!leaving.registry().isEmpty() || !leaving.commands().isEmpty()) {
            return 0;
        }
        workers.remove(leaving);
        close(leaving);
        leaving = null;
        return 1;
    }

    /** The process ends as on SIGTERM, with a goodbye. */
    void stop() {
        closeEndpoints();
        wire.killIohyp();
        onEnd();
    }

    /** The process ends as on SIGKILL: nobody hears of it, requests are done in part. */
    void kill() {
        wire.killIohyp();
        closeEndpoints();
        onEnd();
    }

    private void closeEndpoints() {
        // Each thread by itself: what they have not told each other they never will.
        workers.forEach(worker -> worker.commands().beginEnd());
        workers.forEach(worker -> worker.endpoint().close());
    }

    /** The machine loses power, and comes back without a process. */
    void crash() {
        if (isUp()) {
            kill();
        }
        crashes++;
        disks.values().forEach(SimulatedDisk::crash);
    }

    /** Says whether a guest's link is to be up. */
    void setLink(NetScenario.Card card, boolean isUp) {
        try {
            nics.setLink(card.name(), isUp);
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
    }

    /** A NIC breaks, and is opened again. */
    void retry(NetScenario.Card card) {
        watch.fail(card);
        try {
            nics.retry(card.name());
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
    }

    private void onEnd() {
        workers.forEach(worker -> worker.registry().close());
        checkFrames();
        workers.forEach(SimulatedIohypWorker::checkRemains);
        workers.clear();
        leaving = null;
        nics = null;
        watch = null;
    }

    private void close(SimulatedIohypWorker ended) {
        ended.commands().beginEnd();
        ended.endpoint().close();
        Leaks.check("frames of NICs of a further worker", ended.framesReceived(), 0);
        ended.registry().close();
        ended.commands().end();
        ended.checkRemains();
    }

    private void checkFrames() {
        long refused = nics.list().stream().mapToLong(nic -> nic.counters().get("refused")).sum();
        nics.close();
        long received = workers.stream().mapToLong(SimulatedIohypWorker::framesReceived).sum();
        long sent = workers.stream().mapToLong(SimulatedIohypWorker::framesSent).sum();
        // Those that came late count as dropped alone.
        framesCame += received + watch.late();
        framesSent += sent;
        Leaks.check(
                "frames of the wire and the switch",
                received + watch.late() + watch.copies(),
                sent + watch.fromGuests() + watch.dropped() + refused);
    }

    /** Frames of guests that have come over the wire, in all lives that have ended. */
    long framesCame() {
        return framesCame;
    }

    /** Frames for guests that were handed to the wire, likewise. */
    long framesSent() {
        return framesSent;
    }

    int doWork() {
        int work = 0;
        for (SimulatedIohypWorker worker : workers) {
            running = worker.commands();
            work += doWork(worker);
        }
        return work + proceed();
    }

    private int doWork(SimulatedIohypWorker worker) {
        int work = worker.commands().run() + worker.endpoint().doWork();
        int done = 0;
        for (SimulatedBackend disk : open.values()) {
            done += disk.isAt(worker.commands()) ? disk.doWork() : 0;
        }
        // What has ended goes out in the same duty cycle.
        work += done == 0 ? 0 : done + worker.endpoint().doWork();
        worker.checkHealth();
        worker.checkInvited();
        return work;
    }

    long nextDeadlineNs() {
        if (!isUp()) {
            return Agent.NO_DEADLINE;
        }
        long nextNs = leaving == null ? Agent.NO_DEADLINE : clock.nanoTime() + LOOK_NS;
        for (SimulatedIohypWorker worker : workers) {
            nextNs = Agent.earlier(nextNs, worker.nextDeadlineNs());
        }
        for (SimulatedDisk disk : disks.values()) {
            nextNs = Agent.earlier(nextNs, disk.nextDeadlineNs());
        }
        return nextNs;
    }

    /** How often a disk has changed its worker. */
    long moves() {
        return moves;
    }

    long crashes() {
        return crashes;
    }

    @Override
    public void close() {
        if (isUp()) {
            stop();
        }
        disks.values().forEach(SimulatedDisk::close);
    }
}
