// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

/** What has happened in one run, summed up over all lives of the processes. */
final class Tally {
    private long ended;
    private long errors;
    private long flushErrors;
    private long expired;
    private long failedAtStop;
    private long diskFailures;
    private long crashes;
    private long rounds;
    private long durationNs;

    void add(SimulatedServer server) {
        expired += server.expired();
        failedAtStop += server.failedAtStop();
    }

    void add(SimulatedIohyp iohyp, Guest guest, long roundCount, long simulatedNs) {
        diskFailures = iohyp.disk().failed();
        crashes = iohyp.crashes();
        ended = guest.ended();
        errors = guest.errors();
        flushErrors = guest.flushErrors();
        rounds = roundCount;
        durationNs = simulatedNs;
    }

    long ended() {
        return ended;
    }

    long errors() {
        return errors;
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
    }

    @Override
    public String toString() {
        return String.format(
                "ended=%d errors=%d flush-errors=%d expired=%d failed-at-stop=%d disk-failures=%d"
                        + " crashes=%d rounds=%d seconds=%.1f",
                ended,
                errors,
                flushErrors,
                expired,
                failedAtStop,
                diskFailures,
                crashes,
                rounds,
                durationNs / 1e9);
    }
}
