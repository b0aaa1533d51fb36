// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device;

/** What a frontend may ask of a NIC beyond what it asks of every device. */
public interface NicRequests {
    /**
     * The frontend wants the guest's frames to be this long at most.
     *
     * @return false when the network cannot carry frames of this length, or no IP
     */
    boolean setMtu(long mtu);

    /**
     * Tells the network where this address is now, for a guest that has moved and cannot say so
     * itself.
     *
     * @param mac 48 bits as on the wire
     */
    void announce(long mac);
}
