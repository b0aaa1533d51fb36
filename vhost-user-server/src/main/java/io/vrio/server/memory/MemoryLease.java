// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.memory;

/**
 * Keeps what the memory table held at one time mapped, for as long as somebody uses native
 * addresses taken from it. One object for all users of one table, so taking one allocates nothing.
 */
public interface MemoryLease {
    /** Ends one use; its addresses must not be touched any more. */
    void release();
}
