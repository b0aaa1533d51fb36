// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlException;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.AssociationStatus;
import io.vrio.transport.remote.PeerEvent;
import io.vrio.transport.remote.PeerStatus;
import io.vrio.transport.secure.KeyStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** What both daemons answer about their peers; see docs/protocol-control.md. */
final class PeerAnswers {
    private final long nowNs = NanoClock.SYSTEM.nanoTime();
    private final Instant now = Instant.now();
    private final List<PeerStatus> peers;

    /**
     * @param peers as of just now
     */
    PeerAnswers(List<PeerStatus> peers) {
        this.peers = peers;
    }

    static String state(PeerStatus peer) {
        return lowerCase(peer.state());
    }

    /** All, without counters and events. */
    List<Map<String, Object>> list() {
        return peers.stream().map(this::row).toList();
    }

    /**
     * One, by its name or address, with its counters and events.
     *
     * @param worker which of its associations; empty for the first
     */
    Map<String, Object> show(String wanted, OptionalLong worker) throws ControlException {
        for (PeerStatus peer : peers) {
            boolean isNamed = peer.peer().equals(wanted) || peer.address().equals(wanted);
            if (isNamed && worker.orElse(peer.worker()) == peer.worker()) {
                Map<String, Object> row = row(peer);
                AssociationStatus association = peer.association();
                row.put("counters", association == null ? Map.of() : association.counters());
                row.put("events", peer.events().stream().map(this::event).toList());
                return row;
            }
        }
        String which = worker.isEmpty() ? "" : " of worker " + worker.getAsLong();
        throw new ControlException("there is no peer " + wanted + which + "; see vrio peer list");
    }

    private Map<String, Object> row(PeerStatus peer) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("peer", peer.peer());
        row.put("address", peer.address());
        row.put("worker", peer.worker());
        row.put("state", state(peer));
        row.put("since", time(peer.sinceNs()));
        row.put("sinceSeconds", TimeUnit.NANOSECONDS.toSeconds(nowNs - peer.sinceNs()));
        row.put("reason", peer.reason() == null ? "" : peer.reason());
        row.put("mtu", peer.mtu());
        if (peer.association() != null) {
            addAssociation(row, peer.association());
        }
        return row;
    }

    private void addAssociation(Map<String, Object> row, AssociationStatus association) {
        row.put("openedAt", time(association.openedNs()));
        row.put("lastHeardNs", nowNs - association.lastHeardNs());
        row.put("rttNs", association.rtt().smoothedNs());
        row.put("rttVariationNs", association.rtt().variationNs());
        row.put("rttMinNs", association.rtt().minNs());
        row.put("rttBaseNs", association.congestion().baseNs());
        row.put("rtoNs", association.rtt().rtoNs());
        row.put("flightBytes", association.windows().flightBytes());
        row.put("flightFrames", association.windows().flightFrames());
        row.put("congestionWindowBytes", association.congestion().windowBytes());
        row.put("pacedBytesPerSecond", association.congestion().bytesPerSecond());
        row.put("creditBytes", association.windows().creditBytes());
        row.put("grantedBytes", association.windows().grantedBytes());
        row.put("heldBytes", association.windows().heldBytes());
        row.put("security", association.security());
        association.keys().ifPresent(keys -> addKeys(row, keys));
    }

    private void addKeys(Map<String, Object> row, KeyStatus keys) {
        row.put("keyAgeSeconds", TimeUnit.NANOSECONDS.toSeconds(nowNs - keys.sinceNs()));
        row.put("keySealedBytes", keys.sealedBytes());
        row.put("keyPhaseSent", keys.sendPhase());
        row.put("keyPhaseReceived", keys.receivePhase());
    }

    private Map<String, Object> event(PeerEvent event) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("time", time(event.firstNs()));
        row.put("lastTime", time(event.lastNs()));
        row.put("event", lowerCase(event.kind()).replace('_', '-'));
        row.put("count", event.count());
        row.put("detail", event.detail());
        return row;
    }

    /** In the wall clock's terms of today, also when it was set since. */
    private String time(long clockNs) {
        return now.minusNanos(nowNs - clockNs).truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
