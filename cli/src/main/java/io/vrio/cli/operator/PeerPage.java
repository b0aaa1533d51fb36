// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A peer on one screen: how it is, what was counted, what happened last. */
final class PeerPage {
    /** Limit: events shown; JSON has all that the daemon keeps. */
    private static final int EVENTS_MAX = 12;

    private static final int COUNTERS_PER_LINE = 3;

    private static final List<Column> FACTS =
            List.of(
                    Column.text("peer", "peer"),
                    Column.text("address", "address"),
                    Column.text("worker", "worker"),
                    new Column("state", false, PeerPage::state),
                    Column.text("reason", "reason"),
                    Column.text("mtu", "mtu"));

    private static final List<Column> ASSOCIATION =
            List.of(
                    Column.text("opened at", "openedAt"),
                    new Column("last heard", false, PeerPage::lastHeard),
                    new Column("round trip", false, PeerPage::roundTrip),
                    new Column("in flight", false, PeerPage::inFlight),
                    new Column("path", false, PeerPage::path),
                    new Column("credit", false, PeerPage::credit),
                    new Column("security", false, PeerPage::security));

    private static final List<Column> EVENTS =
            List.of(
                    Column.text("TIME", "time"),
                    Column.text("LAST TIME", "lastTime"),
                    Column.number("COUNT", "count"),
                    Column.text("EVENT", "event"),
                    Column.text("DETAIL", "detail"));

    private PeerPage() {}

    static List<String> lines(JsonNode peer) {
        List<Column> facts = new ArrayList<>(FACTS);
        if (peer.has("openedAt")) {
            facts.addAll(ASSOCIATION);
        }
        List<String> lines = new ArrayList<>(Table.pairs(peer, facts));
        addCounters(peer.path("counters"), lines);
        addEvents(peer.path("events"), lines);
        return lines;
    }

    private static String state(JsonNode peer) {
        return "%s since %s (%s)"
                .formatted(
                        Column.plain(peer.path("state")),
                        Column.plain(peer.path("since")),
                        Units.age(peer.path("sinceSeconds")));
    }

    private static String lastHeard(JsonNode peer) {
        return peer.path("lastHeardNs").asLong() / 1_000_000 + " ms ago";
    }

    private static String roundTrip(JsonNode peer) {
        return "%s, variation %s, least %s; time-out %s"
                .formatted(
                        Units.microseconds(peer.path("rttNs")),
                        Units.microseconds(peer.path("rttVariationNs")),
                        Units.microseconds(peer.path("rttMinNs")),
                        Units.microseconds(peer.path("rtoNs")));
    }

    private static String inFlight(JsonNode peer) {
        return "%s in %s super-frames"
                .formatted(
                        Units.size(peer.path("flightBytes")),
                        Column.plain(peer.path("flightFrames")));
    }

    private static String path(JsonNode peer) {
        return "congestion window %s, %s/s at most; round trip without queues %s"
                .formatted(
                        Units.size(peer.path("congestionWindowBytes")),
                        Units.size(peer.path("pacedBytesPerSecond")),
                        Units.microseconds(peer.path("rttBaseNs")));
    }

    private static String credit(JsonNode peer) {
        return "%s from the peer, %s to it; %s held in unfinished messages"
                .formatted(
                        Units.size(peer.path("creditBytes")),
                        Units.size(peer.path("grantedBytes")),
                        Units.size(peer.path("heldBytes")));
    }

    private static String security(JsonNode peer) {
        String protocol = Column.plain(peer.path("security"));
        return peer.has("keyAgeSeconds")
                ? "%s; key %s old, used for %s; changed %s times here, %s times there"
                        .formatted(
                                protocol,
                                Units.age(peer.path("keyAgeSeconds")),
                                Units.size(peer.path("keySealedBytes")),
                                Column.plain(peer.path("keyPhaseSent")),
                                Column.plain(peer.path("keyPhaseReceived")))
                : protocol;
    }

    private static void addCounters(JsonNode counters, List<String> lines) {
        if (counters.isEmpty()) {
            return;
        }
        lines.add("");
        int nameWidth =
                counters.properties().stream().mapToInt(c -> c.getKey().length()).max().orElse(0);
        int valueWidth =
                counters.properties().stream()
                        .mapToInt(c -> c.getValue().asText().length())
                        .max()
                        .orElse(0);
        String form = "%-" + nameWidth + "s  %" + valueWidth + "s";
        List<String> cells = new ArrayList<>();
        for (Map.Entry<String, JsonNode> counter : counters.properties()) {
            cells.add(form.formatted(counter.getKey(), Column.plain(counter.getValue())));
        }
        for (int i = 0; i < cells.size(); i += COUNTERS_PER_LINE) {
            int limit = Math.min(cells.size(), i + COUNTERS_PER_LINE);
            lines.add(String.join("   ", cells.subList(i, limit)));
        }
    }

    private static void addEvents(JsonNode events, List<String> lines) {
        if (events.isEmpty()) {
            return;
        }
        ArrayNode newest = JsonNodeFactory.instance.arrayNode();
        for (int i = Math.max(0, events.size() - EVENTS_MAX); i < events.size(); i++) {
            newest.add(events.get(i));
        }
        lines.add("");
        lines.addAll(new Table(EVENTS).lines(newest));
    }
}
