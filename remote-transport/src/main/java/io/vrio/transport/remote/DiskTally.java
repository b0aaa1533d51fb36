// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.io.BlockRequest;

/**
 * What a server's many disks have in common, counted as it changes: nobody has to ask each of them
 * in every duty cycle. One worker.
 */
final class DiskTally {
    private int attached;
    private int largeReads;

    /** One more disk is claimed for us. */
    void onAttached() {
        attached++;
    }

    /** One disk less is. */
    void onDetached() {
        attached--;
    }

    int attached() {
        return attached;
    }

    /** A request has been sent. */
    void onSent(BlockRequest request) {
        largeReads += DirectReceiver.isFor(request) ? 1 : 0;
    }

    /** One that was sent has ended, or will be sent again. */
    void onEnd(BlockRequest request) {
        largeReads -= DirectReceiver.isFor(request) ? 1 : 0;
    }

    /** Whether a look at the next frame's headers may save a copy. */
    boolean hasLargeReads() {
        return largeReads > 0;
    }
}
