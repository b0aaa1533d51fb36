// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.DiskWorker;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.transport.remote.SimulatedDisk;
import java.util.function.Supplier;

/**
 * A simulated disk as one IOhyp's process has it open; the disk outlives the process. One worker at
 * a time executes its requests.
 */
final class SimulatedBackend implements BackendDisk, BlockPort {
    private final SimulatedDisk disk;
    private final Supplier<DiskWorker> running;
    private final Runnable onMove;
    private DiskWorker worker;

    /**
     * @param running the worker whose thread runs now
     * @param onMove hears that another worker has it
     */
    SimulatedBackend(
            SimulatedDisk disk, DiskWorker worker, Supplier<DiskWorker> running, Runnable onMove) {
        this.disk = disk;
        this.worker = worker;
        this.running = running;
        this.onMove = onMove;
    }

    @Override
    public DiskProperties properties() {
        return disk.properties();
    }

    @Override
    public BlockPort port() {
        return this;
    }

    @Override
    public void submit(BlockRequest request) {
        checkOwner();
        disk.submit(request);
    }

    @Override
    public void moveTo(DiskWorker newWorker) {
        Leaks.check("requests of a disk that moves", disk.underWay(), 0);
        worker = newWorker;
        checkOwner();
        onMove.run();
    }

    private void checkOwner() {
        if (running.get() != worker) {
            throw new AssertionError("two workers execute the requests of a disk");
        }
    }

    /** Whether this is the worker that executes its requests. */
    boolean isAt(DiskWorker someone) {
        return worker == someone;
    }

    /** Ends what is due. */
    int doWork() {
        return disk.doWork();
    }

    @Override
    public void onPropertiesChange(Runnable listener) {
        disk.onPropertiesChange(listener);
    }

    @Override
    public void abandonRequests() {
        disk.abandonRequests();
    }

    @Override
    public void resize(long capacity, boolean mayShrink) throws BackendException {
        throw new BackendException("the simulated disk keeps its size");
    }

    @Override
    public long allocatedLength() {
        return properties().capacity();
    }

    @Override
    public String identity() {
        return "simulated, crashes " + disk.incarnation();
    }

    @Override
    public void close() {
        disk.abandonRequests();
    }
}
