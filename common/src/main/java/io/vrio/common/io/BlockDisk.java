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

    /** Lets go of the disk. All its requests have ended before. */
    @Override
    void close();
}
