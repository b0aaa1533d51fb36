// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

/**
 * Finds the Ethernet address to which frames for a peer go: the peer's own, or the gateway's. The
 * kernel resolves; this asks it and never waits. Belongs to one worker.
 */
public final class NeighbourTable implements AutoCloseable {
    public NeighbourTable(NetworkPort port) {}

    /** The Ethernet address of the next hop to {@code address}, or 0 while it is not known. */
    public long resolve(int address) {
        throw new UnsupportedOperationException();
    }

    /** Makes the kernel look for the next hop to {@code address}; call again after a while. */
    public void start(int address) {
        throw new UnsupportedOperationException();
    }

    /** From now on {@code address} has this Ethernet address, whatever the kernel says. */
    public void put(int address, long hardwareAddress) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
