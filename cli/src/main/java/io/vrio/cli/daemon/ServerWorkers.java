// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.control.ControlException;
import io.vrio.common.agent.Worker;
import io.vrio.transport.remote.PeerOptions;
import io.vrio.transport.remote.PeerStatus;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The workers of a server. Main thread, control thread and the scaler's: whoever makes or moves or
 * ends a device, or a worker, holds this object's monitor, so that each finds the others' work
 * done. No worker waits for it.
 */
final class ServerWorkers implements AutoCloseable {
    private final ServerSettings settings;
    private final PeerOptions options;
    private final List<ServerWorker> all = new ArrayList<>();
    private DaemonWorkers running;
    private boolean isStarted;

    ServerWorkers(ServerSettings settings) {
        this.settings = settings;
        options =
                new PeerOptions(
                        settings.name(),
                        new SecureRandom().nextLong(),
                        settings.peer().address(),
                        settings.peer().port(),
                        settings.network().mtu(),
                        settings.network().peerTimeoutNs(),
                        settings.ioTimeoutNs(),
                        settings.network().key());
    }

    /** Gives those that run what they need. They end before this is closed. */
    synchronized void open(DaemonWorkers workers) {
        running = workers;
        for (Worker worker : workers.running()) {
            all.add(ServerWorker.open(all.size(), worker, settings, options));
        }
    }

    /** From now on the IOhyp hears of them. */
    synchronized void start() {
        isStarted = true;
        all.forEach(ServerWorkers::start);
    }

    private static void start(ServerWorker worker) {
        worker.worker().execute(worker::start);
    }

    /**
     * One more, without devices.
     *
     * @throws CommandFailedException when it may not run on its CPU
     * @throws io.vrio.transport.link.LinkException when the interface cannot be used now
     */
    synchronized ServerWorker grow() throws CommandFailedException {
        Worker worker = running.grow();
        try {
            ServerWorker added = ServerWorker.open(all.size(), worker, settings, options);
            all.add(added);
            if (isStarted) {
                start(added);
            }
            return added;
        } catch (RuntimeException e) {
            running.shrink();
            throw e;
        }
    }

    /** Ends the last one, which has no devices any more. */
    synchronized void shrink() {
        ServerWorker last = all.remove(all.size() - 1);
        running.shrink();
        last.close();
    }

    /** The one that is always there, and has all NICs. */
    synchronized ServerWorker first() {
        return all.get(0);
    }

    synchronized ServerWorker last() {
        return all.get(all.size() - 1);
    }

    /** The one with the fewest disks, where others may go. */
    synchronized ServerWorker emptiest() {
        return all.stream().min(Comparator.comparingInt(ServerWorker::diskCount)).orElseThrow();
    }

    /** The one with the fewest disks among the others. */
    synchronized ServerWorker emptiestBut(ServerWorker one) {
        return all.stream()
                .filter(worker -> worker != one)
                .min(Comparator.comparingInt(ServerWorker::diskCount))
                .orElseThrow();
    }

    synchronized ServerWorker at(long index) throws ControlException {
        if (index < 0 || index >= all.size()) {
            throw new ControlException(
                    "there is no worker %d: this server has workers 0 to %d now"
                            .formatted(index, all.size() - 1));
        }
        return all.get((int) index);
    }

    synchronized List<ServerWorker> all() {
        return List.copyOf(all);
    }

    /** The association that is always there, or wanted. */
    PeerStatus firstPeer() {
        ServerWorker first = first();
        return first.worker().call(() -> first.peer().status());
    }

    /** Whether the last attempt to reach the IOhyp was answered, if only with a refusal. */
    boolean isTurnedAway() {
        ServerWorker first = first();
        return first.worker().call(() -> first.peer().isTurnedAway());
    }

    /** The associations there are, of all of them. */
    synchronized List<PeerStatus> peers() {
        return all.stream()
                .map(worker -> worker.worker().call(worker::status))
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public synchronized void close() {
        all.forEach(ServerWorker::close);
        all.clear();
    }
}
