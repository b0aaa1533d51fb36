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

    /** Whether the last one of a server, which has ended, was sent to another port. */
    public static boolean wasRedirected(RemotePeer peer) {
        return peer.progress().journal().last().kind() == PeerEventKind.REDIRECTED;
    }

    /** The newest one that an IOhyp has with a worker of the server of this name, or null. */
    public static Association newest(IohypEndpoint endpoint, String server, int worker) {
        ServedPeer peer = newestPeer(endpoint, server, worker);
        return peer == null ? null : peer.association();
    }

    private static ServedPeer newestPeer(IohypEndpoint endpoint, String server, int worker) {
        List<ServedPeer> peers = endpoint.servedPeers();
        for (int i = peers.size() - 1; i >= 0; i--) {
            ServedPeer peer = peers.get(i);
            if (server.equals(peer.serverName()) && peer.workerIndex() == worker) {
                return peer;
            }
        }
        return null;
    }

    /** Whether the newest one with this worker has devices. */
    public static boolean hasDevices(IohypEndpoint endpoint, String server, int worker) {
        ServedPeer peer = newestPeer(endpoint, server, worker);
        return peer != null && peer.hasDevices();
    }

    /** How many there are with the same worker of a process as the newest one with it. */
    public static long ofProcess(IohypEndpoint endpoint, String server, int worker) {
        long epoch = newestPeer(endpoint, server, worker).serverEpoch();
        return endpoint.servedPeers().stream()
                .filter(peer -> server.equals(peer.serverName()))
                .filter(peer -> peer.serverEpoch() == epoch && peer.workerIndex() == worker)
                .count();
    }
}
