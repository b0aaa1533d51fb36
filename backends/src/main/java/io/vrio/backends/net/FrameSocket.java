// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.NetFrame;
import io.vrio.common.sys.LinkStatus;

/** Exchanges single frames with a network interface of this machine. One worker; never waits. */
interface FrameSocket extends AutoCloseable {
    /** To wait for frames. */
    int descriptor();

    /** The interface; closed with the socket. */
    HostInterface hostInterface();

    /**
     * Takes the Ethernet header of a valid frame that is to be sent. A guest that shares the
     * frame's memory can change it no more.
     *
     * @return the source address
     */
    long begin(NetFrame frame);

    /**
     * Sends the frame that has begun.
     *
     * @return bytes, or a negated errno
     */
    long send(NetFrame frame);

    /**
     * Fills in the next frame, not checked yet, with memory that is the socket's until the next
     * call.
     *
     * @return bytes, or a negated errno; EAGAIN when there is none now
     */
    long receive(NetFrame frame);

    /** Whether UDP frames that are to be cut can be sent. */
    boolean canCutUdp();

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
