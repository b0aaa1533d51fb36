// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;

/** A claim's view of a disk: counts what is under way, and executes nothing once revoked. */
final class FencedPort implements BlockDisk, BlockPort, BlockCompletion {
    private final BlockDisk disk;
    private int underWay;
    private boolean isRevoked;

    FencedPort(BlockDisk disk) {
        this.disk = disk;
    }

    void revoke() {
        isRevoked = true;
    }

    boolean isRevoked() {
        return isRevoked;
    }

    int underWay() {
        return underWay;
    }

    @Override
    public void submit(BlockRequest request) {
        if (isRevoked) {
            request.complete(IoStatus.IO_ERROR);
            return;
        }
        underWay++;
        request.push(this);
        disk.port().submit(request);
    }

    @Override
    public void onComplete(BlockRequest request, IoStatus status) {
        underWay--;
        request.complete(status);
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
    public void onPropertiesChange(Runnable listener) {
        disk.onPropertiesChange(listener);
    }

    @Override
    public void abandonRequests() {
        disk.abandonRequests();
    }

    @Override
    public void close() {
        revoke();
    }
}
