// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

/** Whether a disk can be used. */
public enum DiskState {
    /** Its backend is open. */
    READY,
    /** Its backend cannot be opened, or lost data; tried again at the next claim, or when asked. */
    FAILED
}
