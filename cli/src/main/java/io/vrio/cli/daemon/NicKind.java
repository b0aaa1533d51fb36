// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.daemon.NicKind.ServedNic;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.device.net.NetDevice;
import io.vrio.server.worker.Handover;
import io.vrio.transport.remote.RemoteNic;
import io.vrio.transport.remote.ShortCircuit;
import io.vrio.transport.remote.ShortCircuitNic;

/**
 * How a server serves a NIC of its IOhyp: its guests reach each other directly where they may, and
 * all else through the IOhyp. All of them on the first worker, for that.
 */
record NicKind(ServerWorker first, ShortCircuit circuit) implements ServedDevices.Kind<ServedNic> {
    /**
     * One of them.
     *
     * @param nearby in front of {@code remote}, which is closed with it
     */
    record ServedNic(RemoteNic remote, ShortCircuitNic nearby) {}

    @Override
    public String noun() {
        return "NIC";
    }

    @Override
    public ServerWorker home() {
        return first;
    }

    @Override
    public ServedNic open(ServerWorker home, String name) {
        RemoteNic remote = home.peer().openNic(name);
        return new ServedNic(remote, circuit.join(remote));
    }

    @Override
    public VirtioDevice device(String label, ServedNic nic) {
        return new NetDevice(label, nic.nearby(), NetDevice.PAIRS_DEFAULT);
    }

    @Override
    public boolean isAttached(ServedNic nic) {
        return nic.remote().isAttached();
    }

    @Override
    public String refusal(ServedNic nic) {
        return nic.remote().refusal();
    }

    @Override
    public Handover handover(ServedNic nic, ServerWorker from, ServerWorker to) {
        throw new UnsupportedOperationException("NICs of one host stay together");
    }

    @Override
    public void close(ServerWorker home, ServedNic nic) {
        nic.nearby().close();
    }
}
