// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.Agent;
import io.vrio.common.agent.Worker;
import io.vrio.common.agent.WorkerFullException;
import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.server.device.block.MemoryDisk;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fixture: a disk in memory that belongs to one worker at a time, as a remote one does. Ends its
 * requests one by one, some duty cycles after they came, or not as long as it is stuck; and refuses
 * to be touched by another thread than its worker's.
 */
final class MovedDisk implements BlockDisk, Handover {
    private static final int CYCLES = 3;

    private final MemoryDisk disk;
    private final AtomicInteger handovers = new AtomicInteger();
    private volatile boolean isStuck;
    private volatile Set<Worker> full = Set.of();
    private volatile Set<Worker> faulty = Set.of();
    private volatile int faultsOfLeaving;
    private Worker worker;
    private Agent agent;
    private Thread thread;

    MovedDisk(long capacity) {
        disk = MemoryDisk.ofCapacity(capacity);
        disk.hold();
    }

    /** Ends requests on one worker. */
    private final class Lazy implements Agent {
        private int cycles;

        @Override
        public String name() {
            return "lazy";
        }

        @Override
        public int doWork() {
            if (isStuck || disk.held().isEmpty() || ++cycles % CYCLES != 0) {
                return disk.held().size();
            }
            disk.release(0);
            return 1;
        }

        @Override
        public boolean prepareToBlock() {
            return isStuck || disk.held().isEmpty();
        }
    }

    /** Is opened on its first worker. */
    void open(Worker newWorker) {
        worker = newWorker;
        thread = Thread.currentThread();
        agent = new Lazy();
        worker.add(agent);
    }

    @Override
    public void join(Worker newWorker) throws WorkerFullException {
        if (full.contains(newWorker)) {
            throw new WorkerFullException("it has too many disks");
        }
        if (faulty.contains(newWorker)) {
            throw new IllegalStateException("a fault of joining");
        }
        open(newWorker);
    }

    @Override
    public void leave() {
        check();
        if (faultsOfLeaving > 0) {
            faultsOfLeaving--;
            throw new IllegalStateException("a fault of leaving");
        }
        if (!disk.held().isEmpty()) {
            throw new IllegalStateException("requests are under way");
        }
        worker.remove(agent);
        thread = null;
        handovers.incrementAndGet();
    }

    /** How often it has left a worker. Any thread. */
    int handovers() {
        return handovers.get();
    }

    /** From now on requests do, or do not, end. Any thread; a worker that sleeps must be woken. */
    void stick(boolean isNowStuck) {
        isStuck = isNowStuck;
    }

    /** These workers do not take it. Any thread. */
    void refuse(Set<Worker> workers) {
        full = workers;
    }

    /** On these workers it fails, as by a fault of the program. Any thread. */
    void failAt(Set<Worker> workers) {
        faulty = workers;
    }

    /** So often it fails to leave its worker. Any thread, before that. */
    void failToLeave(int times) {
        faultsOfLeaving = times;
    }

    /** Requests under way. On its worker's thread. */
    int underWay() {
        check();
        return disk.held().size();
    }

    private void check() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("touched by " + Thread.currentThread().getName());
        }
    }

    private void submit(BlockRequest request) {
        check();
        disk.port().submit(request);
    }

    @Override
    public BlockPort port() {
        return this::submit;
    }

    @Override
    public DiskProperties properties() {
        return disk.properties();
    }

    @Override
    public void onPropertiesChange(Runnable listener) {
        disk.onPropertiesChange(listener);
    }

    @Override
    public void abandonRequests() {
        check();
        disk.abandonRequests();
    }

    @Override
    public void close() {
        disk.close();
    }
}
