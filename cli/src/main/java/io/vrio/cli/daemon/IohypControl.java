// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.backends.iohyp.NicRegistry;
import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import io.vrio.common.agent.Worker;
import io.vrio.transport.remote.IohypEndpoint;
import io.vrio.transport.remote.PeerStatus;
import io.vrio.transport.wire.Endpoint;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What an operator may ask of an IOhyp. Control thread; everything is executed on the worker. */
final class IohypControl {
    private final IohypSettings settings;
    private final Worker worker;
    private final DiskRegistry disks;
    private final NicRegistry nics;
    private final IohypEndpoint endpoint;

    IohypControl(
            IohypSettings settings,
            Worker worker,
            DiskRegistry disks,
            NicRegistry nics,
            IohypEndpoint endpoint) {
        this.settings = settings;
        this.worker = worker;
        this.disks = disks;
        this.nics = nics;
        this.endpoint = endpoint;
    }

    Map<String, ControlCommand> commands() {
        Map<String, ControlCommand> commands = new TreeMap<>();
        commands.put("status", this::status);
        commands.put("peer list", this::listPeers);
        commands.put("peer show", this::showPeer);
        commands.putAll(new IohypDiskControl(worker, disks).commands());
        commands.putAll(new IohypNicControl(worker, nics).commands());
        return commands;
    }

    private Object status(ControlArguments arguments) throws ControlException {
        arguments.end();
        Map<String, Object> status = Answers.status("iohyp", settings.network());
        String address = Endpoint.format(settings.network().address(), settings.port());
        status.put("address", address);
        status.put("stateDir", settings.stateFolder().toString());
        status.put("disks", ask(() -> disks.list().size()));
        status.put("nics", ask(() -> nics.list().size()));
        status.put("peers", ask(() -> endpoint.peers().size()));
        status.put("counters", ask(() -> endpoint.counters().snapshot()));
        return status;
    }

    private Object listPeers(ControlArguments arguments) throws ControlException {
        arguments.end();
        return new PeerAnswers(peers()).list();
    }

    private Object showPeer(ControlArguments arguments) throws ControlException {
        OptionalLong worker = arguments.optionalNumber("worker");
        String peer = arguments.text("peer");
        arguments.end();
        return new PeerAnswers(peers()).show(peer, worker);
    }

    /** Those that are there, then those that were. */
    private List<PeerStatus> peers() throws ControlException {
        return ask(
                () ->
                        Stream.concat(endpoint.peers().stream(), endpoint.formerPeers().stream())
                                .toList());
    }

    private <T> T ask(OnWorker.Question<T> question) throws ControlException {
        return OnWorker.ask(worker, question);
    }
}
