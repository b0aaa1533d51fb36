// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

/**
 * Keeps the kernel from answering RST to our frames: a listening TCP socket on our address and port
 * that drops all it gets. When the process dies it is gone, and the kernel's RST tells the peer.
 */
public final class GuardSocket implements AutoCloseable {
    private GuardSocket() {}

    /**
     * @param port 0 lets the kernel choose
     * @throws LinkException with one line, when the port is taken or the address is not ours
     */
    public static GuardSocket open(int address, int port) {
        throw new UnsupportedOperationException();
    }

    /** The TCP port that is reserved for us. */
    public int port() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
