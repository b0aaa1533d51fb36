// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.NetFrame;

/** An open file that exchanges single frames with the kernel. One worker; never waits. */
interface FrameFile extends AutoCloseable {
    /** To wait for frames. */
    int descriptor();

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
     * Fills in the next frame, not checked yet, with memory that is the file's until the next call.
     *
     * @return bytes, or a negated errno; EAGAIN when there is none now
     */
    long receive(NetFrame frame);

    /** Whether UDP frames that are to be cut can be sent. */
    boolean canCutUdp();

    @Override
    void close();
}
