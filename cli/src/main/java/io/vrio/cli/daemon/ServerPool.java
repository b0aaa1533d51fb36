// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.daemon.NicKind.ServedNic;
import io.vrio.server.worker.MoveOutcome;
import io.vrio.transport.link.LinkException;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemoteDiskCounter;
import io.vrio.transport.remote.RemoteNicCounter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spreads the disks of a server over its workers, as {@link WorkerScaler} wants it. Judges a disk
 * by the requests that it has had since the look before. The scaler's thread.
 */
final class ServerPool implements WorkerPool {
    private static final Logger LOG = LoggerFactory.getLogger(ServerPool.class);

    private final ServerWorkers workers;
    private final ServedDevices<RemoteDisk> disks;
    private final ServedDevices<ServedNic> nics;

    private final DiskLoads diskLoads = new DiskLoads();

    ServerPool(
            ServerWorkers workers, ServedDevices<RemoteDisk> disks, ServedDevices<ServedNic> nics) {
        this.workers = workers;
        this.disks = disks;
        this.nics = nics;
    }

    @Override
    public List<WorkerLoad> loads() {
        List<WorkerLoad> loads = new ArrayList<>();
        Map<String, Long> now = new HashMap<>();
        synchronized (workers) {
            for (ServerWorker worker : workers.all()) {
                Map<String, Long> counts = disks.ask(worker, ServerPool::requests);
                now.putAll(counts);
                long frames = sum(nics.ask(worker, ServerPool::frames));
                long busyNs = worker.worker().call(worker.worker()::busyNs);
                loads.add(new WorkerLoad(busyNs, sum(counts) + frames));
            }
        }
        diskLoads.look(now);
        return loads;
    }

    private static long requests(RemoteDisk disk) {
        return disk.counters().value(RemoteDiskCounter.REQUESTS);
    }

    private static long frames(ServedNic nic) {
        return nic.remote().counters().value(RemoteNicCounter.FRAMES_SENT)
                + nic.remote().counters().value(RemoteNicCounter.FRAMES_RECEIVED);
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public boolean grow() {
        synchronized (workers) {
            ServerWorker hot = busiest();
            List<String> leaving = half(hot);
            if (leaving.isEmpty()) {
                return false;
            }
            try {
                ServerWorker added = workers.grow();
                leaving.forEach(name -> move(name, added));
                return true;
            } catch (CommandFailedException | LinkException e) {
                LOG.warn("worker=not-added reason=\"{}\"", e.getMessage());
                return false;
            }
        }
    }

    /** The one whose disks have had the most requests, of those that can give one away. */
    private ServerWorker busiest() {
        return workers.all().stream()
                .filter(worker -> !half(worker).isEmpty())
                .max(Comparator.comparingLong(worker -> diskLoads.of(disksOf(worker))))
                .orElse(workers.first());
    }

    /** It keeps one device at least. */
    private List<String> half(ServerWorker worker) {
        boolean isKeepingNics = worker == workers.first() && !nics.names().isEmpty();
        return diskLoads.half(disksOf(worker), isKeepingNics);
    }

    private Set<String> disksOf(ServerWorker worker) {
        return disks.ask(worker, disk -> true).keySet();
    }

    @Override
    public boolean shrink() {
        synchronized (workers) {
            ServerWorker last = workers.last();
            for (String name : disksOf(last)) {
                if (!move(name, workers.emptiestBut(last))) {
                    return false;
                }
            }
            workers.shrink();
            return true;
        }
    }

    @Override
    public boolean rebalance(int from, int to, double share) {
        synchronized (workers) {
            ServerWorker hot = workers.all().get(from);
            return diskLoads
                    .closest(disksOf(hot), share)
                    .map(name -> move(name, workers.all().get(to)))
                    .orElse(false);
        }
    }

    /** False when {@code to} does not serve the disk then; the log says why. */
    private boolean move(String name, ServerWorker to) {
        try {
            return disks.move(name, to) == MoveOutcome.MOVED;
        } catch (ControlException e) {
            throw new IllegalStateException("a disk that was listed is not there", e);
        }
    }
}
