// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.sys.LinkStatus;

/** A network interface of this machine, made or taken for a guest. One worker. */
interface FrameSocket extends AutoCloseable {
    /** What frames are exchanged through; closed with the socket. */
    FrameFile frames();

    /** The interface; closed with the socket. */
    HostInterface hostInterface();

    /**
     * Frames for the guest that the kernel has dropped until now, because nobody took them in time.
     *
     * @param status of the interface, now
     */
    long lostCount(LinkStatus status);

    /** Shows the host whether the guest's cable is plugged in, where the kernel lets us. */
    default void setCarrier(boolean isOn) {}

    /**
     * The guest uses this address, which nobody has chosen for it: frames for it are to be
     * received.
     *
     * @return false when it cannot have it
     */
    default boolean takeMac(long mac) {
        return true;
    }

    @Override
    void close();
}
