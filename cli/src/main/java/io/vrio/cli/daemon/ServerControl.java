// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.daemon.NicKind.ServedNic;
import io.vrio.transport.remote.PeerStatus;
import io.vrio.transport.remote.RemoteDisk;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What an operator may ask of a server. Control thread; state is read on the workers. */
final class ServerControl {
    private final ServerSettings settings;
    private final ServerWorkers workers;
    private final Supplier<List<Map<String, Object>>> load;
    private final ServerDevices devices;
    private final ServedDevices<RemoteDisk> disks;
    private final ServedDevices<ServedNic> nics;

    /**
     * @param load of each worker
     */
    ServerControl(
            ServerSettings settings,
            ServerWorkers workers,
            Supplier<List<Map<String, Object>>> load,
            ServerDevices devices,
            ServedDevices<RemoteDisk> disks,
            ServedDevices<ServedNic> nics) {
        this.settings = settings;
        this.workers = workers;
        this.load = load;
        this.devices = devices;
        this.disks = disks;
        this.nics = nics;
    }

    Map<String, ControlCommand> commands() {
        Map<String, ControlCommand> commands = new TreeMap<>();
        commands.put("status", this::status);
        commands.put("peer list", this::listPeers);
        commands.put("peer show", this::showPeer);
        commands.putAll(new ServerDiskControl(settings, workers, devices, disks).commands());
        commands.putAll(new ServerNicControl(settings, devices, nics).commands());
        commands.putAll(new DomainControl(devices).commands());
        return commands;
    }

    private Object status(ControlArguments arguments) throws ControlException {
        arguments.end();
        Map<String, Object> status = Answers.status("server", settings.network());
        status.put("name", settings.name());
        status.put("address", settings.network().address().toString());
        status.put("peer", settings.peer().toString());
        status.put("peerState", PeerAnswers.state(workers.firstPeer()));
        status.put("socketDir", settings.socketFolder().toString());
        status.put("stateDir", settings.stateFolder().toString());
        status.put("disks", disks.names().size());
        status.put("nics", nics.names().size());
        status.put("workers", workers());
        return status;
    }

    private List<Map<String, Object>> workers() {
        List<Map<String, Object>> rows = load.get();
        for (ServerWorker worker : workers.all()) {
            if (worker.index() < rows.size()) {
                rows.get(worker.index()).put("disks", worker.diskCount());
            }
        }
        return rows;
    }

    private Object listPeers(ControlArguments arguments) throws ControlException {
        arguments.end();
        return new PeerAnswers(peers()).list();
    }

    private Object showPeer(ControlArguments arguments) throws ControlException {
        OptionalLong worker = arguments.optionalNumber("worker");
        String wanted = arguments.onlyText("peer");
        return new PeerAnswers(peers()).show(wanted, worker);
    }

    private List<PeerStatus> peers() {
        return workers.peers();
    }
}
