// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.backends.iohyp.KeptNics;
import io.vrio.common.agent.Agent;
import io.vrio.common.clock.ManualClock;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.remote.ServerStation;
import io.vrio.transport.remote.SimulatedWire;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The whole way under one thread and a manual clock: guests, rings, devices, transport, wire,
 * IOhyp, registries, disks, the switch. All is real but the guests, the wire and the disks. Time
 * jumps to the next moment at which somebody says that there is something to do.
 */
final class WholeWay implements AutoCloseable {
    private static final long START_NS = 1_000_000_000L;
    private static final long S = 1_000_000_000L;

    /** What a duty cycle in which something was done takes, and the shortest time that passes. */
    private static final long CYCLE_NS = 2_000;

    /** Limit: rounds of one run; one that needs more does not get on. */
    private static final long ROUNDS_MAX = 3_000_000;

    /** Limit: rounds in a row in which somebody wants to work at once and does nothing. */
    private static final int IDLE_ROUNDS_MAX = 1_000;

    private static final int FRAMES_ON_THE_WIRE_MAX = 8192;

    private final Scenario scenario;
    private final ManualClock clock = new ManualClock(START_NS);
    private final Journal journal = new Journal(clock);
    private final SimulatedWire wire;
    private final SimulatedIohyp iohyp;
    private final List<Guest> guests = new ArrayList<>();
    private final Weather weather;
    private final Shuffle shuffle;
    private final SplittableRandom random;
    private final SplittableRandom haste;
    private final Tally tally = new Tally();
    private final NetWays ways;
    private final NetFleet fleet;
    private final NetWeather netWeather;
    private final ServerStation otherStation;
    private final List<Manners> manners = new ArrayList<>();
    private SimulatedServer server;

    /** On the second VM host, where guests have NICs only; null when there are no NICs. */
    private SimulatedServer otherServer;

    private long rounds;
    private int idleRounds;

    WholeWay(Scenario scenario) {
        this.scenario = scenario;
        random = new SplittableRandom(scenario.seed() ^ 0x3A17);
        haste = new SplittableRandom(scenario.seed() ^ 0x4A57);
        RandomGenerator numbers =
                RandomGeneratorFactory.of("L64X128MixRandom").create(random.nextLong());
        Scenario.Wire plan = scenario.wire();
        MemoryLink.Options options =
                new MemoryLink.Options(plan.mtu(), plan.segmentation(), FRAMES_ON_THE_WIRE_MAX);
        wire = new SimulatedWire(clock, options, scenario.ipVersion(), numbers);
        FrameLedger ledger = new FrameLedger(scenario.net(), journal);
        ways = new NetWays(clock, ledger, new SplittableRandom(scenario.seed() ^ 0x5E75));
        otherStation = scenario.net().isPresent() ? wire.addServer(scenario.seed()) : null;
        iohyp = new SimulatedIohyp(scenario, wire, ways, numbers);
        for (int i = 0; i < scenario.disk().count(); i++) {
            guests.add(new Guest(scenario, i, clock, journal));
        }
        fleet = new NetFleet(scenario, ways, journal);
        for (int i = 0; i < scenario.workers().server(); i++) {
            manners.add(new Manners(scenario, clock, i));
        }
        weather = new Weather(this, random.split());
        netWeather = new NetWeather(this, ways.split());
        shuffle = new Shuffle(this);
        iohyp.start();
        startServer();
        startOther();
    }

    private void startServer() {
        SimulatedServer.Host host = new SimulatedServer.Host("server", wire.server());
        server = new SimulatedServer(scenario, host, guests, ways, random.split());
        fleet.onStart(0, server);
    }

    private void startOther() {
        if (otherStation != null) {
            SimulatedServer.Host host = new SimulatedServer.Host("other", otherStation);
            otherServer = new SimulatedServer(scenario, host, List.of(), ways, ways.split());
            fleet.onStart(1, otherServer);
        }
    }

    Scenario scenario() {
        return scenario;
    }

    ManualClock clock() {
        return clock;
    }

    SimulatedWire wire() {
        return wire;
    }

    SimulatedIohyp iohyp() {
        return iohyp;
    }

    SimulatedServer server() {
        return server;
    }

    NetWays ways() {
        return ways;
    }

    NetFleet fleet() {
        return fleet;
    }

    SimulatedServer otherServer() {
        return otherServer;
    }

    ServerStation otherStation() {
        return otherStation;
    }

    Journal journal() {
        return journal;
    }

    Tally tally() {
        return tally;
    }

    /** Requests that the guests have begun. */
    int begun() {
        int begun = 0;
        for (Guest guest : guests) {
            begun += guest.begun();
        }
        return begun;
    }

    /** The I/O host loses power. */
    void crashHost() {
        iohyp.crash();
        guests.forEach(guest -> guest.onCrash(iohyp.disk(guest.diskName()).content()));
    }

    /**
     * The server's process ends and starts again.
     *
     * @param areGuestsLost whether its guests end with it, and boot again
     */
    void restartServer(boolean isGraceful, boolean areGuestsLost) {
        end(server, isGraceful);
        // What is under way for a guest that lives on is executed again.
        guests.forEach(areGuestsLost ? Guest::reset : guest -> guest.history().onSentAgain());
        startServer();
    }

    /** The same on the second VM host. */
    void restartOther(boolean isGraceful) {
        end(otherServer, isGraceful);
        startOther();
    }

    private void end(SimulatedServer ending, boolean isGraceful) {
        if (isGraceful) {
            ending.stop();
        } else {
            ending.kill();
        }
        tally.add(ending);
    }

    /** Runs to the end, in bad weather first and then in good, and looks at what is left. */
    Tally run() {
        while (!haveBegunAll() || !fleet.haveSentAll()) {
            round();
        }
        weather.clear();
        shuffle.clear();
        netWeather.clear();
        long patienceNs = scenario.load().ioTimeoutNs() + 15 * S;
        String ending = "does not end although all faults have stopped";
        runUntil(this::areDisksAtRest, patienceNs, "a request " + ending);
        // A card that has moved while its former host was cut off from the IOhyp, or the IOhyp was
        // away, is kept for that host first.
        runUntil(fleet::isAtRest, patienceNs + KeptNics.GRACE_NS, "a frame " + ending);
        guests.forEach(Guest::beginSweep);
        fleet.flood();
        long floodNs = clock.nanoTime();
        runUntil(this::areDisksAtRest, patienceNs, "a flood of frames keeps the disk from working");
        tally.flooded(clock.nanoTime() - floodNs);
        runUntil(() -> fleet.haveSentAll() && fleet.isAtRest(), patienceNs, "the flood " + ending);
        new NetProbe(this).run();
        guests.forEach(Guest::checkUntouched);
        return tally;
    }

    private boolean haveBegunAll() {
        for (Guest guest : guests) {
            if (!guest.hasBegunAll()) {
                return false;
            }
        }
        return true;
    }

    /** Goes on until something is so. */
    void runUntil(BooleanSupplier isSo, long patienceNs, String complaint) {
        long limitNs = clock.nanoTime() + patienceNs;
        while (!isSo.getAsBoolean()) {
            round();
            if (clock.nanoTime() - limitNs > 0) {
                throw new AssertionError(complaint + ": " + describe());
            }
        }
    }

    private boolean areDisksAtRest() {
        for (SimulatedDevice device : server.devices()) {
            if (!isAtRest(device)) {
                return false;
            }
        }
        return server.isSettled();
    }

    private static boolean isAtRest(SimulatedDevice device) {
        Guest guest = device.guest();
        return guest.hasBegunAll() && guest.underWay() == 0 && device.frontend().isRunning();
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        for (SimulatedDevice device : server.devices()) {
            text.append(device.guest().diskName())
                    .append(": ")
                    .append(device.guest().underWay())
                    .append(" under way, ")
                    .append(device.disk().underWay())
                    .append(" of them in the remote disk, attached=")
                    .append(device.disk().isAttached())
                    .append("; ");
        }
        return text + fleet.describe() + waits();
    }

    /** In how many nanoseconds each of them wants to work. */
    private String waits() {
        long nowNs = clock.nanoTime();
        return String.format(
                "due in ns: weather=%d server=%d other=%d iohyp=%d wire=%d",
                weather.nextDeadlineNs() - nowNs,
                server.nextDeadlineNs() - nowNs,
                otherServer == null ? 0 : otherServer.nextDeadlineNs() - nowNs,
                iohyp.nextDeadlineNs() - nowNs,
                wire.nextDeadlineNs() - nowNs);
    }

    private void round() {
        if (++rounds > ROUNDS_MAX) {
            throw new AssertionError("it does not get on: " + describe());
        }
        weather.doWork();
        shuffle.doWork();
        int work = netWeather.doWork() + fleet.doWork() + runGuests();
        work += server.doWork(this::runGuestsMeanwhile);
        work += otherServer == null ? 0 : otherServer.doWork(this::runGuestsMeanwhile);
        work += iohyp.doWork();
        manners.forEach(each -> each.check(server, iohyp));
        wire.dropUnheard();
        long waitNs = work > 0 ? CYCLE_NS : nextDeadlineNs() - clock.nanoTime();
        idleRounds = waitNs > 0 ? 0 : idleRounds + 1;
        if (idleRounds > IDLE_ROUNDS_MAX) {
            throw new AssertionError("a deadline is over, and nobody works: " + describe());
        }
        clock.advance(Math.max(CYCLE_NS, waitNs));
    }

    private int runGuests() {
        int work = 0;
        for (Guest guest : guests) {
            work += guest.doWork(() -> server.kick(guest));
        }
        return work + fleet.runGuests();
    }

    /** The worker has looked at the rings for the last time before it asks for kicks. */
    private void runGuestsMeanwhile() {
        if (scenario.load().isHasty() && haste.nextInt(4) == 0) {
            guests.forEach(Guest::hurry);
        }
        runGuests();
    }

    private long nextDeadlineNs() {
        long nextNs = clock.nanoTime() + S;
        nextNs = Agent.earlier(nextNs, weather.nextDeadlineNs());
        nextNs = Agent.earlier(nextNs, shuffle.nextDeadlineNs());
        nextNs = Agent.earlier(nextNs, netWeather.nextDeadlineNs());
        nextNs = Agent.earlier(nextNs, fleet.nextDeadlineNs());
        for (Guest guest : guests) {
            nextNs = Agent.earlier(nextNs, guest.nextDeadlineNs());
        }
        nextNs = Agent.earlier(nextNs, server.nextDeadlineNs());
        if (otherServer != null) {
            nextNs = Agent.earlier(nextNs, otherServer.nextDeadlineNs());
        }
        nextNs = Agent.earlier(nextNs, iohyp.nextDeadlineNs());
        long wireNs = wire.nextDeadlineNs();
        // Frames that nobody takes wait for whoever is short of buffers, and so do we.
        return wireNs - clock.nanoTime() <= 0 ? nextNs : Agent.earlier(nextNs, wireNs);
    }

    @Override
    public void close() {
        end(server, true);
        if (otherServer != null) {
            end(otherServer, true);
        }
        iohyp.close();
        tally.add(iohyp);
        tally.add(ways.ledger());
        fleet.close();
        ways.ledger().close();
        tally.add(rounds, clock.nanoTime() - START_NS);
        tally.intruded(wire.intrusions());
        wire.close();
        for (Guest guest : guests) {
            tally.add(guest);
            Leaks.check("mappings of guest memory", guest.ram().serverMappings(), 0);
            guest.close();
        }
        tally.check(scenario);
    }
}
