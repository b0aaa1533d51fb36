// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.server.memory.GuestRam;

/** What a frontend knows of its guest: memory and rings, and how it begins anew. */
interface GuestRings {
    GuestRam ram();

    /** What the frontend keeps of requests in flight; null when it keeps nothing. */
    GuestRam kept();

    /** How many queues the device is to serve. */
    int ringCount();

    /** The ring of a queue of the device, by its index. */
    GuestRing ring(int index);

    /** What the driver has chosen. */
    long features();

    /** The device serves the ring from now on. */
    void onStart(int index);

    /** Whether the device takes chains of this ring as soon as there are some. */
    boolean isTakenAtOnce(int index);

    /** The driver starts anew; the device has let go of all queues before. */
    void reset();
}
