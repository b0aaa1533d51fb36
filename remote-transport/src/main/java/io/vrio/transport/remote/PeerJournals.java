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

    private final Map<String, PeerJournal> journals = new LinkedHashMap<>();

    /** The journal of a server that is welcomed now. */
    PeerJournal open(String server) {
        PeerJournal journal = journals.remove(server);
        if (journals.size() == SERVERS_MAX) {
            journals.remove(journals.keySet().iterator().next());
        }
        journal = journal == null ? new PeerJournal() : journal;
        journals.put(server, journal);
        return journal;
    }

    /** The servers that were here and are not among those {@code present}. */
    List<PeerStatus> former(List<PeerStatus> present) {
        Set<String> names = present.stream().map(PeerStatus::peer).collect(Collectors.toSet());
        return journals.entrySet().stream()
                .filter(entry -> !names.contains(entry.getKey()))
                .map(entry -> former(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static PeerStatus former(String server, PeerJournal journal) {
        PeerEvent last = journal.last();
        return new PeerStatus(
                server,
                journal.remote().orElseThrow().toString(),
                0,
                PeerState.GONE,
                last.lastNs(),
                journal.mtu(),
                last.detail(),
                null,
                journal.events());
    }
}
