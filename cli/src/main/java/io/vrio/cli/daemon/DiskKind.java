// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.server.device.VirtioDevice;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.transport.remote.KnownIncarnations;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemotePeer;

/** How a server serves a disk of its IOhyp. */
record DiskKind(RemotePeer peer, KnownIncarnations incarnations)
        implements ServedDevices.Kind<RemoteDisk> {
    @Override
    public String noun() {
        return "disk";
    }

    @Override
    public RemoteDisk open(String name) {
        return peer.openDisk(name, incarnations);
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
    public void close(RemoteDisk disk) {
        disk.close();
    }
}
