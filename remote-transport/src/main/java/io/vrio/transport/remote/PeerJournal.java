// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.wire.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The last events of one peer. It outlives the peer's associations, because it is there to explain
 * last night. One worker.
 */
final class PeerJournal {
    /** Limit: events kept; the oldest make way. */
    static final int EVENTS_MAX = 32;

    private final PeerEventKind[] kinds = new PeerEventKind[EVENTS_MAX];
    private final String[] details = new String[EVENTS_MAX];
    private final long[] firstNs = new long[EVENTS_MAX];
    private final long[] lastNs = new long[EVENTS_MAX];
    private final long[] counts = new long[EVENTS_MAX];

    /** Events ever begun; the newest is at the index below, modulo the length. */
    private int begun;

    /** Where the peer was met last, or null. */
    private Endpoint remote;

    private long epoch;
    private int mtu;
    private int phases;

    /** What comes again before the association begins or ends is counted, not kept twice. */
    void note(PeerEventKind kind, String detail, long nowNs) {
        int index = kind.isTurn() ? -1 : find(kind, detail);
        if (index < 0) {
            index = Math.floorMod(begun, EVENTS_MAX);
            begun++;
            kinds[index] = kind;
            details[index] = detail;
            firstNs[index] = nowNs;
            counts[index] = 0;
        }
        lastNs[index] = nowNs;
        counts[index]++;
    }

    private int find(PeerEventKind kind, String detail) {
        for (int i = 1; i <= count(); i++) {
            int index = Math.floorMod(begun - i, EVENTS_MAX);
            if (kinds[index].isTurn()) {
                break;
            }
            if (kinds[index] == kind && details[index].equals(detail)) {
                return index;
            }
        }
        return -1;
    }

    private int count() {
        return Math.min(begun, EVENTS_MAX);
    }

    /** The peer can be used; what is not as it was the last time is noted before. */
    void onEstablished(Endpoint newRemote, int newMtu, long newEpoch, long nowNs) {
        if (remote != null && !remote.address().equals(newRemote.address())) {
            String before = remote.address().toString();
            String now = newRemote.address().toString();
            note(PeerEventKind.ADDRESS_CHANGED, "from " + before + " to " + now, nowNs);
        }
        if (remote != null && mtu != newMtu) {
            note(PeerEventKind.MTU_CHANGED, mtu + " to " + newMtu, nowNs);
        }
        if (remote != null && epoch != newEpoch) {
            note(PeerEventKind.RESTARTED, "", nowNs);
        }
        remote = newRemote;
        mtu = newMtu;
        epoch = newEpoch;
        phases = 0;
        note(PeerEventKind.ESTABLISHED, newRemote + " mtu=" + newMtu, nowNs);
    }

    /** Takes how often both ends together have changed their keys. */
    void onKeyPhases(int newPhases, long nowNs) {
        if (newPhases != phases) {
            phases = newPhases;
            note(PeerEventKind.KEY_CHANGED, "", nowNs);
        }
    }

    /** Where the peer was last; empty when it was never met. */
    Optional<Endpoint> remote() {
        return Optional.ofNullable(remote);
    }

    int mtu() {
        return mtu;
    }

    /** The newest event; there is one. */
    PeerEvent last() {
        return event(Math.floorMod(begun - 1, EVENTS_MAX));
    }

    /** Oldest first. */
    List<PeerEvent> events() {
        List<PeerEvent> events = new ArrayList<>();
        for (int i = count(); i > 0; i--) {
            events.add(event(Math.floorMod(begun - i, EVENTS_MAX)));
        }
        return events;
    }

    private PeerEvent event(int index) {
        return new PeerEvent(
                kinds[index], firstNs[index], lastNs[index], counts[index], details[index]);
    }
}
