// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.transport.remote.SimulatedDisk;

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
        for (SimulatedDevice device : server.devices()) {
            expired += device.expired();
            failedAtStop += device.failedAtStop();
        }
    }

    void add(SimulatedIohyp iohyp) {
        crashes = iohyp.crashes();
        diskFailures = iohyp.disks().stream().mapToLong(SimulatedDisk::failed).sum();
    }

    void add(Guest guest) {
        ended += guest.ended();
        errors += guest.errors();
        flushErrors += guest.flushErrors();
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
