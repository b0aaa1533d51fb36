// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.DiskWorker;
import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.backends.iohyp.NicRegistry;
import io.vrio.cli.CommandFailedException;
import io.vrio.common.agent.Worker;
import io.vrio.transport.remote.EndpointGroup;
import io.vrio.transport.remote.IohypEndpoint;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of an IOhyp, each with an endpoint at a port of its own: associations are sent from
 * one to another as the load asks for, and their disks follow. The scaler's thread makes more or
 * fewer of them; who asks one that is not the first holds this object's monitor, so that it does
 * not end meanwhile. No worker waits for it.
 */
final class IohypWorkers implements WorkerPool, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IohypWorkers.class);

    /** Limit: so long associations and disks have to leave a worker that is to end. */
    private static final long LEAVE_NS = TimeUnit.SECONDS.toNanos(2);

    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final IohypWorker.Common common;
    private final List<IohypWorker> parts = new CopyOnWriteArrayList<>();
    private DaemonWorkers workers;
    private NicRegistry nics;

    IohypWorkers(IohypSettings settings) {
        common =
                new IohypWorker.Common(
                        settings, new SecureRandom().nextLong(), new EndpointGroup());
    }

    /** Opens the endpoints of those that are running; the first has all devices so far. */
    void open(DaemonWorkers running, DiskRegistry disks, NicRegistry nicRegistry) {
        workers = running;
        nics = nicRegistry;
        parts.add(new IohypWorker(common, 0, running.first(), disks, nics));
        for (int i = 1; i < running.running().size(); i++) {
            add(running.running().get(i));
        }
    }

    private IohypWorker add(Worker worker) {
        DiskRegistry disks =
                worker.call(
                        () -> {
                            DiskRegistry made = first().disks().beside(DiskWorker.of(worker));
                            worker.add(new WorkerOwned("disks", made::close));
                            return made;
                        });
        IohypWorker part = new IohypWorker(common, parts.size(), worker, disks, nics);
        parts.add(part);
        return part;
    }

    /** The one that is always there, and has all NICs. */
    IohypWorker first() {
        return parts.get(0);
    }

    /** Those there are now, in their order. */
    List<IohypWorker> all() {
        return List.copyOf(parts);
    }

    /** Whose disks these are; the first one when that one has ended meanwhile. */
    Worker of(DiskRegistry disks) {
        return parts.stream()
                .filter(part -> part.disks() == disks)
                .findFirst()
                .orElse(first())
                .worker();
    }

    @Override
    public List<WorkerLoad> loads() {
        return parts.stream().map(IohypWorker::load).toList();
    }

    @Override
    public boolean grow() {
        try {
            Worker worker = workers.grow();
            try {
                IohypWorker added = add(worker);
                parts.stream().filter(part -> part != added).forEach(part -> give(part, added));
                return true;
            } catch (RuntimeException e) {
                workers.shrink();
                throw e;
            }
        } catch (CommandFailedException | RuntimeException e) {
            // A port that another program has, or a CPU that is not there: it goes on without.
            LOG.warn("workers={} cannot have one more: {}", parts.size(), e.getMessage());
            return false;
        }
    }

    private void give(IohypWorker from, IohypWorker to) {
        double share = 1.0 / parts.size();
        from.worker().call(() -> from.endpoint().shed(share, to.endpoint()));
    }

    @Override
    public boolean rebalance(int from, int to, double share) {
        IohypWorker hot = parts.get(from);
        IohypEndpoint target = parts.get(to).endpoint();
        return hot.worker().call(() -> hot.endpoint().shed(share, target)) > 0;
    }

    @Override
    public boolean shrink() {
        IohypWorker last = parts.get(parts.size() - 1);
        common.group().setLeaving(last.endpoint(), true);
        if (!empty(last)) {
            common.group().setLeaving(last.endpoint(), false);
            last.disks().stay();
            return false;
        }
        end(last);
        return true;
    }

    private synchronized void end(IohypWorker last) {
        parts.remove(last);
        workers.shrink();
        last.close();
    }

    private boolean empty(IohypWorker last) {
        Worker worker = last.worker();
        worker.execute(last.endpoint()::shedAll);
        awaits(() -> worker.call(last.endpoint()::peerCount) == 0);
        // Whoever follows no redirect comes back to the first port by itself.
        worker.execute(last.endpoint()::endAll);
        return awaits(
                () ->
                        worker.call(
                                () -> {
                                    last.disks().leaveTo(first().disks());
                                    return last.disks().isEmpty();
                                }));
    }

    private static boolean awaits(BooleanSupplier condition) {
        long endNs = System.nanoTime() + LEAVE_NS;
        boolean isMet = condition.getAsBoolean();
        while (!isMet && System.nanoTime() - endNs < 0) {
            LockSupport.parkNanos(LOOK_NS);
            isMet = condition.getAsBoolean();
        }
        return isMet;
    }

    /** When the workers have ended. */
    @Override
    public void close() {
        parts.forEach(IohypWorker::close);
    }
}
