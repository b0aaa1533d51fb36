// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.common.agent.Worker;
import io.vrio.common.agent.WorkerFullException;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.worker.Handover;
import io.vrio.transport.remote.KnownIncarnations;
import io.vrio.transport.remote.RemoteDisk;

/** How a server serves a disk of its IOhyp: on any of its workers. */
record DiskKind(ServerWorkers workers, KnownIncarnations incarnations)
        implements ServedDevices.Kind<RemoteDisk> {
    @Override
    public String noun() {
        return "disk";
    }

    @Override
    public ServerWorker home() {
        return workers.emptiest();
    }

    @Override
    public RemoteDisk open(ServerWorker home, String name) {
        return home.openDisk(name, incarnations);
    }

    @Override
    public VirtioDevice device(String label, RemoteDisk disk) {
        return new BlockDevice(label, disk, BlockDevice.QUEUES_DEFAULT);
    }

    @Override
    public boolean isAttached(RemoteDisk disk) {
        return disk.isAttached();
    }

    @Override
    public String refusal(RemoteDisk disk) {
        return disk.refusal();
    }

    @Override
    public void close(ServerWorker home, RemoteDisk disk) {
        home.close(disk);
    }

    @Override
    public Handover handover(RemoteDisk disk, ServerWorker from, ServerWorker to) {
        return new Handover() {
            @Override
            public void leave() {
                from.leave(disk);
            }

            @Override
            public void join(Worker worker) throws WorkerFullException {
                (worker == to.worker() ? to : from).join(disk);
            }
        };
    }
}
