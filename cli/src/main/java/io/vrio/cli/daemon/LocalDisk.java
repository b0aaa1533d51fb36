// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.DiskContext;
import io.vrio.backends.block.DiskWorker;
import io.vrio.common.agent.Worker;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.device.block.BlockDevice;

/** A disk of this machine. */
record LocalDisk(BackendSpec spec) implements LocalDevice {
    @Override
    public VirtioDevice open(Worker worker) throws BackendException {
        // The path makes the serial: the same guest finds the same disk after a restart.
        DiskContext context = new DiskContext(NAME, spec.text(), DiskWorker.of(worker));
        BackendDisk disk = BackendDisk.open(spec, context);
        worker.add(new WorkerOwned(NAME, disk::close));
        return new BlockDevice(NAME, disk, BlockDevice.QUEUES_DEFAULT);
    }
}
