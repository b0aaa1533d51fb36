// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendDisk;
import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.transport.remote.DiskClaim;
import java.util.ArrayDeque;

/**
 * A disk as one server uses it. Until every request of earlier claims has ended, requests are held;
 * after the claim has ended they are refused. Worker's thread.
 */
final class ClaimedDisk implements DiskClaim, BlockDisk, BlockPort, BlockCompletion {
    private final OfferedDisk offered;
    private final BackendDisk backend;
    private final ClaimHolder holder;
    private final ClaimListeners listeners = new ClaimListeners();
    private final long incarnation;

    /** Bounded by the pool of the association that submits. */
    private final ArrayDeque<BlockRequest> held = new ArrayDeque<>();

    private boolean isFenced;
    private boolean isEnded;

    ClaimedDisk(OfferedDisk offered, ClaimHolder holder) {
        this.offered = offered;
        this.holder = holder;
        backend = offered.backend();
        incarnation = offered.incarnation();
        isFenced = offered.underWayCount() > 0;
    }

    ClaimHolder holder() {
        return holder;
    }

    @Override
    public BlockDisk disk() {
        return this;
    }

    @Override
    public long incarnation() {
        return incarnation;
    }

    @Override
    public DiskProperties properties() {
        return backend.properties();
    }

    @Override
    public BlockPort port() {
        return this;
    }

    @Override
    public void onRevoke(Runnable listener) {
        listeners.onRevoke(listener);
    }

    @Override
    public void onPropertiesChange(Runnable listener) {
        listeners.onPropertiesChange(listener);
    }

    void tellPropertiesChange() {
        listeners.tellPropertiesChange();
    }

    @Override
    public void submit(BlockRequest request) {
        if (isEnded) {
            offered.counters().increment(DiskCounter.REFUSED);
            request.complete(IoStatus.IO_ERROR);
        } else if (isFenced) {
            held.add(request);
        } else {
            forward(request);
        }
    }

    private void forward(BlockRequest request) {
        offered.onBegin();
        request.push(this);
        backend.port().submit(request);
    }

    @Override
    public void onComplete(BlockRequest request, IoStatus status) {
        // The count first: whoever hears the end may ask whether the disk is idle.
        offered.onEnd(request, status);
        request.complete(status);
        offered.releaseFence();
    }

    /** Every request of earlier claims has ended. */
    void release() {
        if (isFenced) {
            isFenced = false;
            while (!held.isEmpty()) {
                forward(held.poll());
            }
        }
    }

    @Override
    public void abandonRequests() {
        refuseHeld();
        if (!isEnded) {
            backend.abandonRequests();
        }
    }

    private void refuseHeld() {
        for (int i = held.size(); i > 0; i--) {
            held.poll().complete(IoStatus.IO_ERROR);
        }
    }

    /** Takes the disk away: nothing is begun for this claim any more. */
    void revoke() {
        if (!isEnded) {
            // First: who hears of it takes the end of what is held for no answer, and can have it
            // executed by a later claim.
            listeners.tellRevoke();
            close();
        }
    }

    @Override
    public void close() {
        if (!isEnded) {
            end();
        }
    }

    private void end() {
        isEnded = true;
        offered.onClaimEnd(this);
        refuseHeld();
    }
}
