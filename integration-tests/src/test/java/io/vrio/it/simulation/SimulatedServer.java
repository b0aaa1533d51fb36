// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.remote.PeerOptions;
import io.vrio.transport.remote.ServerStation;
import io.vrio.transport.remote.ShortCircuit;
import io.vrio.transport.remote.SimulatedWire;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * One life of the server's process: its workers, with a disk on any of them and all NICs on the
 * first.
 */
final class SimulatedServer {
    private static final long WORKERS = 0x3A5C;

    private final Scenario scenario;
    private final Host host;
    private final NanoClock clock;
    private final NetWays ways;
    private final ShortCircuit circuit;
    private final List<SimulatedWorker> workers = new ArrayList<>();
    private final List<SimulatedDevice> devices = new ArrayList<>();
    private final NetTotals totals = new NetTotals();
    private final PeerOptions options;
    private final SplittableRandom later;

    /** The last of the workers, when it is to end. */
    private SimulatedWorker leaving;

    /** Of workers that have ended. */
    private long redirects;

    /** A VM host, which outlives its servers. */
    record Host(String name, ServerStation station) {}

    SimulatedServer(
            Scenario scenario,
            Host host,
            List<Guest> guests,
            NetWays ways,
            SplittableRandom random) {
        this.scenario = scenario;
        this.host = host;
        this.ways = ways;
        clock = ways.clock();
        circuit = new ShortCircuit(clock);
        options =
                new PeerOptions(
                        host.name(),
                        random.nextLong(),
                        host.station().iohypAddress(),
                        SimulatedWire.PORT,
                        scenario.wire().mtu(),
                        SimulatedIohyp.PEER_TIMEOUT_NS,
                        scenario.load().ioTimeoutNs(),
                        scenario.key(),
                        scenario.keyLimits());
        later = new SplittableRandom(scenario.seed() ^ WORKERS ^ options.serverEpoch());
        start(host.station().openServer(scenario.wire().portCount()), random);
        for (int i = later.nextInt(scenario.workers().server()); i > 0; i--) {
            grow();
        }
        for (Guest guest : guests) {
            devices.add(new SimulatedDevice(scenario, guest, first(), random.split()));
        }
    }

    private void start(ServerStation.Worker links, SplittableRandom random) {
        boolean isNearWrap = scenario.wire().isNearWrap();
        RandomGenerator numbers = isNearWrap ? new NearWrap(random.split()) : random.split();
        SimulatedCommands commands = new SimulatedCommands(clock, false, later.split());
        PeerOptions own = options.forWorker(workers.size());
        workers.add(new SimulatedWorker(scenario, own, links, commands, numbers));
    }

    /** One more worker, if there may be one; it takes devices from now on. */
    void grow() {
        if (leaving != null) {
            leaving = null;
        } else if (workers.size() < scenario.workers().server()) {
            start(host.station().addWorker(scenario.wire().portCount()), later);
        }
    }

    /** The last of the workers is to end, unless it is the only one. */
    void shrink() {
        if (leaving == null && workers.size() > 1) {
            leaving = workers.get(workers.size() - 1);
        }
    }

    /** Has devices leave the worker that is to end, which then does. */
    private int proceed() {
        if (leaving == null) {
            return 0;
        }
        leaving.devices().forEach(device -> device.move(first()));
        if (!leaving.devices().isEmpty() || !leaving.commands().isEmpty()) {
            return 0;
        }
        leaving.commands().end();
        leaving.peer().close();
        leaving.checkRemains();
        workers.remove(leaving);
        redirects += leaving.redirects();
        leaving = null;
        return 1;
    }

    /** How often an association went to another port while requests were under way. */
    long redirects() {
        return redirects + workers.stream().mapToLong(SimulatedWorker::redirects).sum();
    }

    /** Whether no device is between two workers, and none is to go. */
    boolean isSettled() {
        boolean isSettled = leaving == null;
        for (SimulatedDevice device : devices) {
            isSettled &= device.isSettled();
        }
        return isSettled;
    }

    /** Initial sequence numbers that run over 2^32 after some kilobytes. */
    private record NearWrap(SplittableRandom random) implements RandomGenerator {
        @Override
        public long nextLong() {
            return random.nextLong();
        }

        @Override
        public int nextInt() {
            return -1 - random.nextInt(1 << 18);
        }
    }

    /** All of them, also one that is on its way from worker to worker. */
    List<SimulatedDevice> devices() {
        return devices;
    }

    List<SimulatedWorker> workers() {
        return workers;
    }

    private SimulatedWorker first() {
        return workers.get(0);
    }

    List<SimulatedNetDevice> nics() {
        return first().nics();
    }

    /** Serves a card from now on, also while another server has it. */
    SimulatedNetDevice open(NetScenario.Card card) {
        SimulatedNetDevice nic =
                new SimulatedNetDevice(scenario, card, first().peer(), circuit, ways);
        nics().add(nic);
        kick();
        return nic;
    }

    /** Serves a card no more. */
    void close(SimulatedNetDevice nic) {
        nics().remove(nic);
        nic.close(totals);
        kick();
    }

    /** What its NICs have counted; complete when it has ended. */
    NetTotals totals() {
        return totals;
    }

    String name() {
        return host.name();
    }

    /** How far its first worker has come with its association. */
    SimulatedWire.Moment moment() {
        return first().moment();
    }

    /** Breaks the associations off from this side. */
    void breakOff() {
        workers.forEach(SimulatedWorker::breakOff);
    }

    /** A guest has something for its NIC. */
    void kick() {
        first().kick();
    }

    /** A guest has something for its disk. */
    void kick(Guest guest) {
        for (SimulatedDevice device : devices) {
            if (device.guest() == guest) {
                device.kick();
            }
        }
    }

    /**
     * @param meanwhile what guests do between a worker's last look at the rings and its wish to be
     *     kicked
     */
    int doWork(Runnable meanwhile) {
        int work = 0;
        for (SimulatedWorker worker : workers) {
            work += worker.doWork(meanwhile);
        }
        return work + proceed();
    }

    long nextDeadlineNs() {
        long nextNs = first().nextDeadlineNs();
        for (SimulatedWorker worker : workers) {
            nextNs = Agent.earlier(nextNs, worker.nextDeadlineNs());
        }
        return nextNs;
    }

    /** The process ends as on SIGTERM, with a goodbye. */
    void stop() {
        closeDevices();
        workers.forEach(worker -> worker.peer().close());
        host.station().killServer();
        workers.forEach(SimulatedWorker::checkRemains);
    }

    /** The process ends as on SIGKILL: nobody hears of it. */
    void kill() {
        host.station().killServer();
        closeDevices();
        workers.forEach(worker -> worker.peer().close());
        workers.forEach(SimulatedWorker::checkRemains);
    }

    private void closeDevices() {
        workers.forEach(worker -> worker.commands().end());
        devices.forEach(SimulatedDevice::close);
        while (!nics().isEmpty()) {
            close(nics().get(nics().size() - 1));
        }
        totals.check();
    }
}
