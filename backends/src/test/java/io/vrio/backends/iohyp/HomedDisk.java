// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.DiskWorker;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * A fixture: a disk that keeps requests until told to end them, and knows on which worker it is at
 * home. It is not to be touched by another one.
 */
final class HomedDisk implements BackendDisk, BlockPort {
    private final ArrayDeque<BlockRequest> underWay = new ArrayDeque<>();
    private DiskProperties properties = DiskProperties.ofCapacity(1 << 20, "homed");
    private final Supplier<DiskWorker> submitter;
    private DiskWorker home;
    private Runnable listener = () -> {};
    private boolean isClosed;
    private int moves;

    /**
     * @param submitter the worker that submits a request now, or null when that is not known
     */
    HomedDisk(DiskWorker home, Supplier<DiskWorker> submitter) {
        this.home = home;
        this.submitter = submitter;
    }

    DiskWorker home() {
        return home;
    }

    int moves() {
        return moves;
    }

    int underWay() {
        return underWay.size();
    }

    boolean isClosed() {
        return isClosed;
    }

    /** Ends the request that has waited longest, if there is one. */
    void endOne() {
        BlockRequest request = underWay.poll();
        if (request != null) {
            request.complete(IoStatus.OK);
        }
    }

    @Override
    public void moveTo(DiskWorker worker) {
        if (!underWay.isEmpty() || isClosed) {
            throw new AssertionError("moved with " + underWay.size() + " requests under way");
        }
        moves++;
        home = worker;
    }

    @Override
    public void submit(BlockRequest request) {
        if (isClosed) {
            throw new AssertionError("submitted to a closed disk");
        }
        if (submitter.get() != null && submitter.get() != home) {
            throw new AssertionError("used by a worker that it is not at home on");
        }
        underWay.add(request);
    }

    @Override
    public void resize(long capacity, boolean mayShrink) throws BackendException {
        properties = properties.withCapacity(capacity);
        listener.run();
    }

    @Override
    public DiskProperties properties() {
        return properties;
    }

    @Override
    public BlockPort port() {
        return this;
    }

    @Override
    public void onPropertiesChange(Runnable newListener) {
        listener = newListener;
    }

    @Override
    public void abandonRequests() {
        for (int i = underWay.size(); i > 0; i--) {
            underWay.poll().complete(IoStatus.IO_ERROR);
        }
    }

    @Override
    public long allocatedLength() {
        return 0;
    }

    @Override
    public String identity() {
        return "homed";
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
