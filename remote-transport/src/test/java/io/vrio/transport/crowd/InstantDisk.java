// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.crowd;

import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.transport.remote.DiskClaim;

/** A disk that takes no time and keeps nothing: what is measured is the way to it. */
final class InstantDisk implements DiskClaim, BlockDisk, BlockPort {
    private static final long CAPACITY = 1 << 30;

    @Override
    public BlockDisk disk() {
        return this;
    }

    @Override
    public long incarnation() {
        return 1;
    }

    @Override
    public void onRevoke(Runnable listener) {
        // Nobody revokes here.
    }

    @Override
    public DiskProperties properties() {
        return DiskProperties.ofCapacity(CAPACITY, "instant");
    }

    @Override
    public BlockPort port() {
        return this;
    }

    @Override
    public void onPropertiesChange(Runnable listener) {
        // Never changes.
    }

    @Override
    public void submit(BlockRequest request) {
        request.complete(IoStatus.OK);
    }

    @Override
    public void abandonRequests() {
        // None is ever under way.
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
