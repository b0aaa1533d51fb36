// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.daemon.NicKind.ServedNic;
import io.vrio.common.agent.Worker;
import io.vrio.transport.remote.PeerStatus;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemotePeer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What an operator may ask of a server. Control thread; state is read on the worker. */
final class ServerControl {
    private final ServerSettings settings;
    private final Worker worker;
    private final RemotePeer peer;
    private final ServerDevices devices;
    private final ServedDevices<RemoteDisk> disks;
    private final ServedDevices<ServedNic> nics;

    ServerControl(
            ServerSettings settings,
            Worker worker,
            RemotePeer peer,
            ServerDevices devices,
            ServedDevices<RemoteDisk> disks,
            ServedDevices<ServedNic> nics) {
        this.settings = settings;
        this.worker = worker;
        this.peer = peer;
        this.devices = devices;
        this.disks = disks;
        this.nics = nics;
    }

    Map<String, ControlCommand> commands() {
        Map<String, ControlCommand> commands = new TreeMap<>();
        commands.put("status", this::status);
        commands.put("peer list", this::listPeers);
        commands.put("peer show", this::showPeer);
        commands.putAll(new ServerDiskControl(settings, worker, devices, disks).commands());
        commands.putAll(new ServerNicControl(settings, worker, devices, nics).commands());
        commands.putAll(new DomainControl(devices).commands());
        return commands;
    }

    private Object status(ControlArguments arguments) throws ControlException {
        arguments.end();
        Map<String, Object> status = Answers.status("server", settings.network());
        status.put("name", settings.name());
        status.put("address", settings.network().address().toString());
        status.put("peer", settings.peer().toString());
        status.put("peerState", PeerAnswers.state(worker.call(peer::status)));
        status.put("socketDir", settings.socketFolder().toString());
        status.put("stateDir", settings.stateFolder().toString());
        status.put("disks", disks.names().size());
        status.put("nics", nics.names().size());
        return status;
    }

    private Object listPeers(ControlArguments arguments) throws ControlException {
        arguments.end();
        return new PeerAnswers(peers()).list();
    }

    private Object showPeer(ControlArguments arguments) throws ControlException {
        String wanted = arguments.text("peer");
        arguments.end();
        return new PeerAnswers(peers()).show(wanted);
    }

    private List<PeerStatus> peers() {
        return List.of(worker.call(peer::status));
    }
}
