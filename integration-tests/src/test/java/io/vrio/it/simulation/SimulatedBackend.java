// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.DiskProperties;
import io.vrio.transport.remote.SimulatedDisk;

/** A simulated disk as one IOhyp's process has it open; the disk outlives the process. */
final class SimulatedBackend implements BackendDisk {
    private final SimulatedDisk disk;

    SimulatedBackend(SimulatedDisk disk) {
        this.disk = disk;
    }

    @Override
    public DiskProperties properties() {
        return disk.properties();
    }

    @Override
    public BlockPort port() {
        return disk;
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
