// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The associations of one endpoint: whose a frame is, and for whom there is a place. One worker.
 */
final class PeerList {
    /** Limit: servers at a time; further ones get RST. */
    static final int PEERS_MAX = 1024;

    /** Limit: associations of one host, so that one cannot take the places of all. */
    static final int PEERS_OF_HOST_MAX = 64;

    /**
     * Limit: associations of one network of IPv6, all of whose addresses one host may have: half of
     * the places, because a network may as well be that of all servers.
     */
    static final int PEERS_OF_NETWORK_MAX = PEERS_MAX / 2;

    private final List<ServedPeer> peers = new ArrayList<>();

    /** All of them, as they are now. */
    List<ServedPeer> all() {
        return peers;
    }

    /** Whose frame it is, or null. */
    ServedPeer sender(FrameHeader header) {
        for (int i = 0; i < peers.size(); i++) {
            Endpoint remote = peers.get(i).association().remote();
            if (header.isFrom(remote.address(), remote.port())) {
                return peers.get(i);
            }
        }
        return null;
    }

    boolean hasPlaceFor(FrameHeader header) {
        int ofHost = 0;
        int ofNetwork = 0;
        for (int i = 0; i < peers.size(); i++) {
            IpAddress address = peers.get(i).association().remote().address();
            ofHost += header.isFrom(address) ? 1 : 0;
            ofNetwork += header.isFromNetworkOf(address) ? 1 : 0;
        }
        return peers.size() < PEERS_MAX
                && ofHost < PEERS_OF_HOST_MAX
                && ofNetwork < PEERS_OF_NETWORK_MAX;
    }

    /** Sends what waits, before the end of the duty cycle; returns of how many super-frames. */
    int sendSoon() {
        int count = 0;
        for (int i = 0; i < peers.size(); i++) {
            count += peers.get(i).sendSoon();
        }
        return count;
    }

    /** Who keeps most with messages that it does not end, and at least so many bytes; or null. */
    ServedPeer hoarder(long bytes) {
        ServedPeer hoarder = null;
        long most = bytes;
        for (int i = 0; i < peers.size(); i++) {
            long held = peers.get(i).association().heldBytes();
            if (held >= most) {
                most = held;
                hoarder = peers.get(i);
            }
        }
        return hoarder;
    }
}
