// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

/** What has become of a device that was to go to another worker. */
public enum MoveOutcome {
    /** The other worker serves it. */
    MOVED,

    /** It stays where it was: what its guest had asked for was not answered in time. */
    UNANSWERED,

    /** It stays where it was: the other worker has no room for it. */
    WORKER_FULL,

    /** It stays where it was: the other worker has ended. */
    WORKER_ENDED,

    /**
     * It is of no worker, and closed: it could not stay either, or a fault of this program hit it
     * on its way, or it had been closed before. Its guest waits until the device is opened again.
     */
    DEVICE_ENDED
}
