// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.daemon.ServedDisks.ServedDisk;
import io.vrio.cli.option.NamedSocket;
import io.vrio.cli.option.OptionTypes;
import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.sys.SocketPathException;
import io.vrio.server.session.SessionStatus;
import io.vrio.server.worker.DeviceStatus;
import io.vrio.transport.remote.PeerStatus;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemotePeer;
import io.vrio.transport.wire.Ipv4Address;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/** What an operator may ask of a server. Control thread; state is read on the worker. */
final class ServerControl {
    private final ServerSettings settings;
    private final Worker worker;
    private final RemotePeer peer;
    private final ServedDisks disks;

    ServerControl(ServerSettings settings, Worker worker, RemotePeer peer, ServedDisks disks) {
        this.settings = settings;
        this.worker = worker;
        this.peer = peer;
        this.disks = disks;
    }

    Map<String, ControlCommand> commands() {
        return Map.of(
                "status", this::status,
                "disk list", this::listDisks,
                "disk show", this::showDisk,
                "disk stats", this::diskStats,
                "disk create", this::createDisk,
                "disk delete", this::deleteDisk,
                "disk resize", this::resizeDisk,
                "peer list", this::listPeers,
                "peer show", this::showPeer);
    }

    private Object status(ControlArguments arguments) throws ControlException {
        arguments.end();
        Map<String, Object> status = Answers.status("server", settings.network());
        status.put("name", settings.name());
        status.put("address", Ipv4Address.format(settings.network().address()));
        status.put("peer", settings.peer().toString());
        status.put("peerState", Answers.state(worker.call(peer::status)));
        status.put("socketDir", settings.socketFolder().toString());
        status.put("disks", disks.names().size());
        return status;
    }

    private Object listDisks(ControlArguments arguments) throws ControlException {
        arguments.end();
        List<Object> rows = new ArrayList<>();
        for (String name : disks.names()) {
            rows.add(disk(name));
        }
        return rows;
    }

    private Object showDisk(ControlArguments arguments) throws ControlException {
        return disk(onlyName(arguments));
    }

    private Object diskStats(ControlArguments arguments) throws ControlException {
        ServedDisk served = disks.find(onlyName(arguments));
        Map<String, Long> counters = new LinkedHashMap<>(served.socket().status().counters());
        Map<String, Long> remote = worker.call(() -> served.disk().counters().snapshot());
        remote.forEach((name, value) -> counters.put("remote_" + name, value));
        return counters;
    }

    private Object createDisk(ControlArguments arguments) throws ControlException {
        Optional<String> socket = arguments.optionalText("socket");
        String name = onlyName(arguments);
        try {
            String checked = new OptionTypes.Name().convert(name);
            Path path = socket.isEmpty() ? null : Path.of(socket.get()).toAbsolutePath();
            disks.create(checked, settings.socket(new NamedSocket(checked, path)));
        } catch (TypeConversionException | SocketPathException | InvalidPathException e) {
            throw new ControlException(e.getMessage(), e);
        }
        return disk(name);
    }

    private Object deleteDisk(ControlArguments arguments) throws ControlException {
        boolean isForced = arguments.flag("force");
        String name = onlyName(arguments);
        Optional<SessionStatus> frontend = disks.find(name).socket().status().frontend();
        if (frontend.isPresent() && !isForced) {
            throw new ControlException(
                    "disk %s is in use by process %d: detach it from its guest first, or --force"
                            .formatted(name, frontend.get().pid()));
        }
        disks.delete(name);
        return Map.of("name", name);
    }

    private Object resizeDisk(ControlArguments arguments) throws ControlException {
        throw new ControlException(
                "a disk is resized where it is: run vrio disk resize on the I/O host");
    }

    private Object listPeers(ControlArguments arguments) throws ControlException {
        arguments.end();
        return Answers.peers(peers(), NanoClock.SYSTEM.nanoTime());
    }

    private Object showPeer(ControlArguments arguments) throws ControlException {
        String wanted = arguments.text("peer");
        arguments.end();
        return Answers.peer(peers(), wanted, NanoClock.SYSTEM.nanoTime());
    }

    private List<PeerStatus> peers() {
        return List.of(worker.call(peer::status));
    }

    private static String onlyName(ControlArguments arguments) throws ControlException {
        String name = arguments.text("name");
        arguments.end();
        return name;
    }

    private Map<String, Object> disk(String name) throws ControlException {
        ServedDisk served = disks.find(name);
        DeviceStatus device = served.socket().status();
        Map<String, Object> row = worker.call(() -> remote(served.disk()));
        row.put("socket", device.socket());
        row.put("frontend", device.frontend().map(SessionStatus::pid).orElse(null));
        row.put("queuesRunning", device.frontend().map(SessionStatus::queuesRunning).orElse(0));
        return row;
    }

    private static Map<String, Object> remote(RemoteDisk disk) {
        DiskProperties properties = disk.properties();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", disk.name());
        row.put("capacity", properties.capacity());
        row.put("readOnly", properties.isReadOnly());
        row.put("serial", properties.serial());
        row.put("state", state(disk));
        row.put("reason", disk.isAttached() || disk.refusal() == null ? "" : disk.refusal());
        row.put("requestsUnderWay", disk.underWay());
        return row;
    }

    private static String state(RemoteDisk disk) {
        if (disk.isAttached()) {
            return "attached";
        }
        return disk.refusal() == null ? "waiting" : "refused";
    }
}
