// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/**
 * Whether frames come one by one, or several to one look at the link. To learn that there is no
 * other is a system call, for which what one frame alone has led to should not wait. One worker.
 */
final class Looks {
    private boolean isBurst;
    private boolean wasFound;

    /** So many frames were found by a look, all that there were or may be; returns the count. */
    int onLook(int count) {
        if (count > 0) {
            isBurst = count > 1 || wasFound;
        }
        wasFound = count > 0;
        return count;
    }

    /** Whether there will be others behind the next one. */
    boolean isBurst() {
        return isBurst;
    }
}
