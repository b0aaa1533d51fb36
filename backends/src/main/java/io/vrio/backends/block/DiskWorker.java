// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.agent.Worker;

/** What a disk uses of the worker that it belongs to. */
@FunctionalInterface
public interface DiskWorker {
    /** Runs a command on the worker's thread, soon. Any thread. */
    void execute(Runnable command);

    /** The worker's io_uring for direct disks; null when it has none. On the worker's thread. */
    default DiskRing ring() {
        return null;
    }

    /**
     * A worker of a daemon, which gets an io_uring as an agent: before agents that close disks.
     * Before start, or on the worker's thread.
     */
    static DiskWorker of(Worker worker) {
        DiskRing ring = DiskRing.of(worker);
        worker.add(ring);
        return new DiskWorker() {
            @Override
            public void execute(Runnable command) {
                worker.execute(command);
            }

            @Override
            public DiskRing ring() {
                return ring;
            }
        };
    }
}
