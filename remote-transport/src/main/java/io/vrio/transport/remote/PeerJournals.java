// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What happened to the servers of an IOhyp, also to those that have left. One worker. */
final class PeerJournals {
    /**
     * Limit: servers; the one that was welcomed longest ago makes way. Without keys anybody on the
     * network can take all places; with keys, only who has one.
     */
    static final int SERVERS_MAX = 1024;

    /** One of a server's workers. */
    private record Key(String server, int worker) {
        static Key of(PeerStatus peer) {
            return new Key(peer.peer(), peer.worker());
        }
    }

    private final Map<Key, PeerJournal> journals = new LinkedHashMap<>();

    /** The journal of a server's worker that is welcomed now. */
    PeerJournal open(String server, int worker) {
        Key key = new Key(server, worker);
        PeerJournal journal = journals.remove(key);
        if (journals.size() == SERVERS_MAX) {
            journals.remove(journals.keySet().iterator().next());
        }
        journal = journal == null ? new PeerJournal() : journal;
        journals.put(key, journal);
        return journal;
    }

    /** The servers that were here and are not among those {@code present}. */
    List<PeerStatus> former(List<PeerStatus> present) {
        Set<Key> keys = present.stream().map(Key::of).collect(Collectors.toSet());
        return journals.entrySet().stream()
                .filter(entry -> !keys.contains(entry.getKey()))
                .map(entry -> former(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static PeerStatus former(Key key, PeerJournal journal) {
        PeerEvent last = journal.last();
        return new PeerStatus(
                key.server(),
                journal.remote().orElseThrow().toString(),
                key.worker(),
                PeerState.GONE,
                last.lastNs(),
                journal.mtu(),
                last.detail(),
                null,
                journal.events());
    }
}
