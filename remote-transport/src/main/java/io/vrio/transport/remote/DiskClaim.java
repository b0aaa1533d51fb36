// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.io.BlockDisk;

/** A disk claimed by one server, until closed or revoked. Used by one worker. */
public interface DiskClaim extends AutoCloseable {
    BlockDisk disk();

    /**
     * Changes whenever writes that have ended but were not flushed may have been lost (the I/O host
     * restarted, a RAM disk was made anew).
     */
    long incarnation();

    /** Sets who hears that the claim was revoked: nothing is executed for it any more. */
    void onRevoke(Runnable listener);

    /** Gives the disk back. Requests under way end as usual, and count until then. */
    @Override
    void close();
}
