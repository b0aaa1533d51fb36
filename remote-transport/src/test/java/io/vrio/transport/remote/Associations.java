// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.flow.Association;
import java.util.List;

/** A fixture: the associations behind the ends of a simulated wire, for those who watch them. */
public final class Associations {
    private Associations() {}

    /** A server's, or null. */
    public static Association of(RemotePeer peer) {
        return peer.association();
    }

    /** The newest one that an IOhyp has with the server of this name, or null. */
    public static Association newest(IohypEndpoint endpoint, String server) {
        ServedPeer peer = newestPeer(endpoint, server);
        return peer == null ? null : peer.association();
    }

    private static ServedPeer newestPeer(IohypEndpoint endpoint, String server) {
        List<ServedPeer> peers = endpoint.servedPeers();
        for (int i = peers.size() - 1; i >= 0; i--) {
            if (server.equals(peers.get(i).serverName())) {
                return peers.get(i);
            }
        }
        return null;
    }

    /** Whether the newest one with this server has devices. */
    public static boolean hasDevices(IohypEndpoint endpoint, String server) {
        ServedPeer peer = newestPeer(endpoint, server);
        return peer != null && peer.hasDevices();
    }

    /** How many there are with the same process as the newest one with this server. */
    public static long ofProcess(IohypEndpoint endpoint, String server) {
        long epoch = newestPeer(endpoint, server).serverEpoch();
        return endpoint.servedPeers().stream()
                .filter(peer -> server.equals(peer.serverName()) && peer.serverEpoch() == epoch)
                .count();
    }
}
