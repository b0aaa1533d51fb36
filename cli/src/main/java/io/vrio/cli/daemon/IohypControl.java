// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.iohyp.NicRegistry;
import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import io.vrio.transport.remote.IohypEndpoint;
import io.vrio.transport.remote.PeerStatus;
import io.vrio.transport.wire.Endpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/** What an operator may ask of an IOhyp. Control thread; everything is executed on the workers. */
final class IohypControl {
    private final IohypSettings settings;
    private final IohypWorkers parts;
    private final DaemonWorkers workers;
    private final WorkerScaler scaler;
    private final IohypDisks disks;
    private final NicRegistry nics;

    IohypControl(
            IohypSettings settings,
            IohypWorkers parts,
            DaemonWorkers workers,
            WorkerScaler scaler,
            NicRegistry nics) {
        this.settings = settings;
        this.parts = parts;
        this.workers = workers;
        this.scaler = scaler;
        this.nics = nics;
        disks = new IohypDisks(parts);
    }

    Map<String, ControlCommand> commands() {
        Map<String, ControlCommand> commands = new TreeMap<>();
        commands.put("status", this::status);
        commands.put("peer list", this::listPeers);
        commands.put("peer show", this::showPeer);
        commands.putAll(new IohypDiskControl(disks).commands());
        commands.putAll(new IohypNicControl(workers.first(), nics).commands());
        return commands;
    }

    private Object status(ControlArguments arguments) throws ControlException {
        arguments.end();
        Map<String, Object> status = Answers.status("iohyp", settings.network());
        String address = Endpoint.format(settings.network().address(), settings.port());
        status.put("address", address);
        status.put("stateDir", settings.stateFolder().toString());
        status.put("disks", parts.first().disks().names().size());
        status.put("nics", OnWorker.ask(workers.first(), () -> nics.list().size()));
        List<Map<String, Object>> rows = Answers.workers(workers, scaler);
        Map<String, Long> counters = new TreeMap<>();
        int peers = 0;
        synchronized (parts) {
            for (IohypWorker part : parts.all()) {
                int here = ask(part, endpoint -> endpoint.peers().size());
                peers += here;
                if (part.index() < rows.size()) {
                    rows.get(part.index()).put("associations", here);
                }
                ask(part, endpoint -> endpoint.counters().snapshot())
                        .forEach((name, value) -> counters.merge(name, value, Long::sum));
            }
        }
        status.put("peers", peers);
        status.put("workers", rows);
        status.put("counters", counters);
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
        List<PeerStatus> here = new ArrayList<>();
        Map<String, PeerStatus> former = new LinkedHashMap<>();
        synchronized (parts) {
            for (IohypWorker part : parts.all()) {
                here.addAll(ask(part, IohypEndpoint::peers));
                for (PeerStatus peer : ask(part, IohypEndpoint::formerPeers)) {
                    former.merge(key(peer), peer, IohypControl::later);
                }
            }
        }
        // One that has left a worker may be at another.
        here.forEach(peer -> former.remove(key(peer)));
        here.addAll(former.values());
        return here;
    }

    private static String key(PeerStatus peer) {
        return peer.peer() + " " + peer.worker();
    }

    private static PeerStatus later(PeerStatus one, PeerStatus other) {
        return one.sinceNs() - other.sinceNs() >= 0 ? one : other;
    }

    private static <T> T ask(IohypWorker part, Function<IohypEndpoint, T> question)
            throws ControlException {
        return OnWorker.ask(part.worker(), () -> question.apply(part.endpoint()));
    }
}
