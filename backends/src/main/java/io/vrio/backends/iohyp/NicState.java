// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

/** Whether a NIC can be used. */
public enum NicState {
    /** Its backend is open. The link may be down nevertheless. */
    READY,
    /** Its backend cannot be opened, or was lost; tried again at the next claim, or when asked. */
    FAILED
}
