// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.DiskProperties;

/** A disk that says it has lost writes once a test says so. */
final class FailingDisk implements BackendDisk {
    private final BackendDisk disk;
    private String failure;

    FailingDisk(BackendDisk disk) {
        this.disk = disk;
    }

    void fail(String reason) {
        failure = reason;
    }

    @Override
    public String failure() {
        return failure;
    }

    @Override
    public String identity() {
        return "always the same";
    }

    @Override
    public DiskProperties properties() {
        return disk.properties();
    }

    @Override
    public BlockPort port() {
        return disk.port();
    }

    @Override
    public void onPropertiesChange(Runnable listener) {
        disk.onPropertiesChange(listener);
    }

    @Override
    public void resize(long capacity, boolean mayShrink) throws BackendException {
        disk.resize(capacity, mayShrink);
    }

    @Override
    public long allocatedLength() {
        return disk.allocatedLength();
    }

    @Override
    public void abandonRequests() {
        disk.abandonRequests();
    }

    @Override
    public void close() {
        disk.close();
    }
}
