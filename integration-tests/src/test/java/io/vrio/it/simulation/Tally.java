// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.transport.remote.PeerState;
import io.vrio.transport.remote.SimulatedDisk;
import java.util.EnumMap;
import java.util.Map;

/** What has happened in one run, summed up over all lives of the processes. */
final class Tally {
    private long ended;
    private long errors;
    private long flushErrors;
    private long expired;
    private long failedAtStop;
    private long moves;
    private long homeMoves;
    private long redirects;
    private long diskFailures;
    private long crashes;
    private long rounds;
    private long durationNs;
    private long floodNs;
    private long framesSent;
    private long framesGot;
    private long sentByServers;
    private long cameToServers;
    private long sentByIohyp;
    private long cameToIohyp;
    private long intrusions;
    private final Map<PeerState, Integer> struck = new EnumMap<>(PeerState.class);

    void add(SimulatedServer server) {
        for (SimulatedDevice device : server.devices()) {
            expired += device.expired();
            failedAtStop += device.failedAtStop();
            moves += device.moves();
        }
        redirects += server.redirects();
        sentByServers += server.totals().sent();
        cameToServers += server.totals().came();
    }

    void add(FrameLedger ledger) {
        framesSent = ledger.sent();
        framesGot = ledger.delivered();
    }

    void add(SimulatedIohyp iohyp) {
        sentByIohyp = iohyp.framesSent();
        cameToIohyp = iohyp.framesCame();
        crashes = iohyp.crashes();
        homeMoves = iohyp.moves();
        diskFailures = iohyp.disks().stream().mapToLong(SimulatedDisk::failed).sum();
    }

    void add(Guest guest) {
        ended += guest.ended();
        errors += guest.errors();
        flushErrors += guest.flushErrors();
    }

    /** How long it took to read the disks during a flood of frames. */
    void flooded(long durationNs) {
        floodNs = durationNs;
    }

    /** A process or a machine ends while the server is in this state. */
    void struck(PeerState state) {
        struck.merge(state, 1, Integer::sum);
    }

    /** In which states of the server something has ended, and how often. */
    Map<PeerState, Integer> struck() {
        return struck;
    }

    /** How often an association went to another port while requests were under way. */
    long redirects() {
        return redirects;
    }

    /** Frames that somebody has added on the wire. */
    void intruded(long frames) {
        intrusions = frames;
    }

    void add(long roundCount, long simulatedNs) {
        rounds = roundCount;
        durationNs = simulatedNs;
    }

    long ended() {
        return ended;
    }

    long errors() {
        return errors;
    }

    long framesGot() {
        return framesGot;
    }

    long rounds() {
        return rounds;
    }

    /**
     * @throws AssertionError for an error that nothing explains
     */
    void check(Scenario scenario) {
        long explained = diskFailures + expired + failedAtStop;
        boolean mayFlushFail = scenario.rings().isWriteThrough() && crashes > 0;
        if (errors > explained && !mayFlushFail) {
            throw new AssertionError("errors that nothing explains: " + this);
        }
        if (errors + flushErrors > explained && crashes == 0) {
            throw new AssertionError("flushes failed for no reason: " + this);
        }
        checkWire(scenario);
    }

    /** No frame comes that was not sent; where nothing is lost, each comes. */
    private void checkWire(Scenario scenario) {
        boolean isLossless = scenario.net().isCalm() && scenario.wire().hasManyBuffers();
        boolean isMore = cameToIohyp > sentByServers || cameToServers > sentByIohyp;
        boolean isLess = cameToIohyp < sentByServers || cameToServers < sentByIohyp;
        if (isMore || isLossless && isLess) {
            throw new AssertionError("frames on the wire: " + this);
        }
    }

    @Override
    public String toString() {
        return String.format(
                "ended=%d errors=%d flush-errors=%d expired=%d failed-at-stop=%d disk-failures=%d"
                        + " crashes=%d rounds=%d seconds=%.1f frames sent=%d got=%d"
                        + " wire: up %d of %d, down %d of %d flood-ms=%.1f"
                        + " intrusions=%d moves=%d+%d redirects=%d struck=%s",
                ended,
                errors,
                flushErrors,
                expired,
                failedAtStop,
                diskFailures,
                crashes,
                rounds,
                durationNs / 1e9,
                framesSent,
                framesGot,
                cameToIohyp,
                sentByServers,
                cameToServers,
                sentByIohyp,
                floodNs / 1e6,
                intrusions,
                moves,
                homeMoves,
                redirects,
                struck);
    }
}
