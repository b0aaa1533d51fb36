// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import io.vrio.common.memory.MemorySlice;
import java.util.Optional;

/** How the super-frames of one association are protected, in both directions. One worker. */
public interface Protection extends AutoCloseable {
    /** What {@code --insecure} means: super-frames go and are taken as they are. */
    Protection NONE = new Unprotected();

    /** Limit: bytes that sealing adds to a super-frame. */
    int OVERHEAD_MAX = FrameCipher.TAG_LENGTH;

    /** What hello and welcome call it. */
    String name();

    /** Whether there is any: then super-frames must be sealed before they are sent. */
    boolean isSealed();

    /** Its keys now; empty without protection. Allocates: for the control path. */
    Optional<KeyStatus> keyStatus();

    /** Bytes by which sealing makes a super-frame longer. */
    int overhead();

    /**
     * Seals a super-frame in place; its header is complete.
     *
     * @param frame the super-frame, with {@link #overhead} bytes behind
     * @param length bytes without the overhead
     * @param settled everything below has arrived at the peer, or was given up
     */
    void seal(MemorySlice frame, int length, long settled, long nowNs);

    /**
     * Opens a received super-frame in place; its header has been found valid.
     *
     * @param length bytes with the overhead
     * @return whether it is the peer's, unchanged; if not, nothing of it may be used
     */
    boolean open(MemorySlice memory, long offset, int length);

    /** How often both ends together have changed their keys. */
    int phases();

    /** Wipes the keys. */
    @Override
    void close();
}
