// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

import io.vrio.common.counter.Counters;

/** A network card that can be used by one worker: local backend or remote stub alike. */
public interface Nic extends AutoCloseable {
    /** As known now; changes are told to the listener. */
    NicProperties properties();

    /** Whether the properties are what they are now, not what was known at last. */
    default boolean isReached() {
        return true;
    }

    /** Where frames of the guest go: towards the network. */
    NetPort port();

    /**
     * Sets where frames for the guest go, on the worker's thread; null for nowhere, and then they
     * are dropped. When it refuses a frame, what comes after is kept back for a bounded time.
     */
    void connect(NetPort guest);

    /** Sets who is told of new properties, on the worker's thread. One listener; null for none. */
    void onPropertiesChange(Runnable listener);

    /** What was dropped here, in both directions. */
    Counters<NetDrop> drops();

    /** Lets go of the card. Nobody is called any more. */
    @Override
    void close();
}
