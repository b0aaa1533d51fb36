// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicBackend;
import io.vrio.backends.net.NicContext;
import io.vrio.backends.net.NicSpec.InterfaceSpec;
import io.vrio.backends.net.NicWorker;
import io.vrio.common.agent.Worker;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.device.net.NetDevice;

/** A network interface of this machine. */
record LocalNic(InterfaceSpec spec) implements LocalDevice {
    @Override
    public VirtioDevice open(Worker worker) throws BackendException {
        NicBackend nic = NicBackend.open(spec, new NicContext(NAME, NicWorker.of(worker)));
        worker.add(new WorkerOwned(NAME, nic::close));
        return new NetDevice(NAME, nic, NetDevice.PAIRS_DEFAULT);
    }
}
