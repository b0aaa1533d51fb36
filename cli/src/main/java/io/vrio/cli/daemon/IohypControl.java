// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.backends.iohyp.DiskStatus;
import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.remote.IohypEndpoint;
import io.vrio.transport.remote.PeerStatus;
import io.vrio.transport.wire.Ipv4Address;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What an operator may ask of an IOhyp. Control thread; everything is executed on the worker. */
final class IohypControl {
    private final IohypSettings settings;
    private final Worker worker;
    private final DiskRegistry registry;
    private final IohypEndpoint endpoint;

    IohypControl(
            IohypSettings settings, Worker worker, DiskRegistry registry, IohypEndpoint endpoint) {
        this.settings = settings;
        this.worker = worker;
        this.registry = registry;
        this.endpoint = endpoint;
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
        Map<String, Object> status = Answers.status("iohyp", settings.network());
        String address = Ipv4Address.format(settings.network().address());
        status.put("address", address + ":" + settings.port());
        status.put("stateDir", settings.stateFolder().toString());
        status.put("disks", ask(() -> registry.list().size()));
        status.put("peers", ask(() -> endpoint.peers().size()));
        status.put("counters", ask(() -> endpoint.counters().snapshot()));
        return status;
    }

    private Object listDisks(ControlArguments arguments) throws ControlException {
        arguments.end();
        return ask(registry::list).stream().map(IohypControl::disk).toList();
    }

    private Object showDisk(ControlArguments arguments) throws ControlException {
        String name = onlyName(arguments);
        return disk(ask(() -> registry.show(name)));
    }

    private Object diskStats(ControlArguments arguments) throws ControlException {
        String name = onlyName(arguments);
        return ask(() -> registry.show(name)).counters();
    }

    private Object createDisk(ControlArguments arguments) throws ControlException {
        String name = arguments.text("name");
        String backend = arguments.text("backend");
        arguments.end();
        return disk(ask(() -> registry.create(name, BackendSpec.parse(backend))));
    }

    private Object deleteDisk(ControlArguments arguments) throws ControlException {
        boolean isForced = arguments.flag("force");
        String name = onlyName(arguments);
        if (isForced) {
            throw new ControlException(
                    "an IOhyp takes no disk away by force: delete it at its server first");
        }
        return ask(
                () -> {
                    registry.remove(name);
                    return Map.of("name", name);
                });
    }

    private Object resizeDisk(ControlArguments arguments) throws ControlException {
        long size = arguments.number("size");
        boolean mayShrink = arguments.flag("shrink");
        String name = onlyName(arguments);
        return disk(ask(() -> registry.resize(name, size, mayShrink)));
    }

    private Object listPeers(ControlArguments arguments) throws ControlException {
        arguments.end();
        return Answers.peers(ask(endpoint::peers), NanoClock.SYSTEM.nanoTime());
    }

    private Object showPeer(ControlArguments arguments) throws ControlException {
        String peer = arguments.text("peer");
        arguments.end();
        List<PeerStatus> peers = ask(endpoint::peers);
        return Answers.peer(peers, peer, NanoClock.SYSTEM.nanoTime());
    }

    private static String onlyName(ControlArguments arguments) throws ControlException {
        String name = arguments.text("name");
        arguments.end();
        return name;
    }

    private <T> T ask(OnWorker.Question<T> question) throws ControlException {
        try {
            return OnWorker.call(worker, question);
        } catch (BackendException e) {
            throw new ControlException(e.getMessage(), e);
        }
    }

    private static Map<String, Object> disk(DiskStatus disk) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", disk.name());
        row.put("backend", disk.backend());
        row.put("capacity", disk.capacity());
        row.put("allocated", disk.allocated());
        row.put("blockSize", disk.blockSize());
        row.put("readOnly", disk.isReadOnly());
        row.put("serial", disk.serial());
        row.put("state", disk.state().name().toLowerCase(Locale.ROOT));
        row.put("failure", disk.failure());
        row.put("server", disk.claimedBy());
        row.put("serverSince", disk.claimedSince());
        row.put("requestsUnderWay", disk.requestsUnderWay());
        row.put("kept", disk.isKept());
        return row;
    }
}
