// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.Worker;
import io.vrio.common.agent.WorkerEndedException;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.SocketPathException;
import io.vrio.common.sys.UnixListener;
import io.vrio.server.device.VirtioDevice;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * A device that frontends can use, from now until it is closed: the way to it and the worker that
 * serves it. Used by any thread but the worker's.
 */
public final class DeviceSocket implements AutoCloseable {
    /** Limit: a supervisor kills what does not stop; what hangs longer than this is given up. */
    private static final long QUIET_MAX_NS = TimeUnit.SECONDS.toNanos(2);

    /** How often somebody who waits for a move makes sure that it can still end. */
    private static final int MOVE_CHECK_MS = 100;

    private static final long QUIET_LOOK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final RestingAgent<DeviceAgent> agent;
    private final boolean isMovable;
    private Worker worker;

    private DeviceSocket(
            Worker worker,
            String name,
            VirtioDevice device,
            FrontendSource source,
            SocketOptions options) {
        this.worker = worker;
        isMovable = device.isMovable();
        agent =
                new RestingAgent<>(
                        worker, entry -> new DeviceAgent(entry, name, device, source, options));
        worker.execute(
                () -> {
                    agent.join(worker);
                    agent.tell(DeviceAgent::start);
                });
    }

    /**
     * Listens at {@code path}; frontends can connect when this returns. The device is taken over.
     *
     * @throws SocketPathException telling what is wrong with the path; the device stays the
     *     caller's
     */
    public static DeviceSocket open(
            Worker worker, String name, VirtioDevice device, Path path, SocketOptions options) {
        UnixListener listener = UnixListener.open(path, options.group());
        return new DeviceSocket(worker, name, device, new ListeningSource(listener), options);
    }

    /**
     * Uses a socket that was opened by whoever started this process; it may listen or be connected.
     * Descriptor and device are taken over.
     *
     * @throws ErrnoException when the descriptor is not a socket; the device stays the caller's
     */
    public static DeviceSocket inherit(
            Worker worker,
            String name,
            VirtioDevice device,
            int descriptor,
            SocketOptions options) {
        return new DeviceSocket(worker, name, device, new InheritedSource(descriptor), options);
    }

    /**
     * Connects to a frontend that listens at {@code path} (QEMU's server mode), as often as it
     * takes. The device is taken over.
     */
    public static DeviceSocket connect(
            Worker worker, String name, VirtioDevice device, Path path, SocketOptions options) {
        FrontendSource source = new ConnectingSource(path, worker.clock());
        return new DeviceSocket(worker, name, device, source, options);
    }

    /** What goes on there at this moment. */
    public synchronized DeviceStatus status() {
        return worker.call(() -> agent.ask(DeviceAgent::status));
    }

    /**
     * Has another worker of the same clock serve the device from now on. Its guest and its frontend
     * do not notice: what they ask for meanwhile waits.
     *
     * @param behind goes with it
     * @throws WorkerEndedException when its worker has ended, or the other one while it was to move
     */
    public synchronized MoveOutcome move(Worker target, Handover behind) {
        if (!isMovable) {
            throw new IllegalArgumentException("a NIC stays with its worker");
        }
        CompletableFuture<MoveOutcome> moved = new CompletableFuture<>();
        MovePlace from = new DevicePlace(agent, worker, behind);
        MovePlace to = new DevicePlace(agent, target, behind);
        DeviceMove move = new DeviceMove(agent.name(), from, to, worker.clock(), moved);
        worker.execute(() -> agent.tell(device -> device.begin(move)));
        MoveOutcome outcome = await(moved, target);
        worker = outcome == MoveOutcome.MOVED ? target : worker;
        return outcome;
    }

    /** Not to be interrupted: who gave up now would not know which worker has the device. */
    private MoveOutcome await(CompletableFuture<MoveOutcome> moved, Worker target) {
        boolean isInterrupted = false;
        try {
            while (true) {
                try {
                    return moved.get(MOVE_CHECK_MS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    checkRunning(moved, target);
                } catch (InterruptedException e) {
                    isInterrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("every move has an outcome", e);
                }
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void checkRunning(CompletableFuture<MoveOutcome> moved, Worker target) {
        boolean hasEnded = worker.hasEnded() || target.hasEnded();
        if (hasEnded && !moved.isDone()) {
            throw new WorkerEndedException("of device " + agent.name());
        }
    }

    /**
     * Begins to close, without waiting: where many are closed, all of them can settle what their
     * guests wait for at the same time.
     */
    public synchronized void beginClose() {
        if (!worker.hasEnded()) {
            worker.execute(() -> agent.tell(DeviceAgent::quiesce));
        }
    }

    /**
     * Answers what the guest waits for, for a bounded time; then ends the session of the frontend,
     * if any, and closes the device and the socket.
     */
    @Override
    public synchronized void close() {
        if (worker.hasEnded()) {
            // A worker closes its agents when it ends.
            return;
        }
        beginClose();
        awaitQuiet();
        worker.call(
                () -> {
                    agent.close();
                    return null;
                });
    }

    private void awaitQuiet() {
        long endNs = System.nanoTime() + QUIET_MAX_NS;
        while (!worker.call(() -> agent.ask(DeviceAgent::isQuiet))
                && System.nanoTime() - endNs < 0) {
            LockSupport.parkNanos(QUIET_LOOK_NS);
        }
    }
}
