// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

/** A disk that can be used by one worker: local file or remote stub alike. */
public interface BlockDisk extends AutoCloseable {
    /** As known now; changes are told to the listener. */
    DiskProperties properties();

    /** Where its requests go. */
    BlockPort port();

    /** Sets who is told of new properties, on the worker's thread. One listener; null for none. */
    void onPropertiesChange(Runnable listener);

    /**
     * Ends every request under way with {@link IoStatus#IO_ERROR} before it returns, and sees to it
     * that none of them touches its data, or changes the disk after a later request, any more. For
     * a ring that must stop although the disk does not answer.
     */
    void abandonRequests();

    /** Lets go of the disk. All its requests have ended before. */
    @Override
    void close();
}
