// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import io.vrio.bench.Spread;
import java.util.Locale;

/**
 * What the runs of one size came to, over the rounds: a row of a table, and so in the JSON file.
 *
 * @param serverCpuUs per request, of all servers
 * @param serverOwnMib of one of the servers
 */
record GrowthRow(
        String growth,
        int size,
        Spread requestsPerSecond,
        Spread p50Us,
        Spread p99Us,
        Spread serverCpuUs,
        Spread iohypCpuUs,
        Spread machineCpuUs,
        Spread serverOwnMib,
        Spread iohypOwnMib) {
    private static final double KIB_PER_MIB = 1024;

    static final String HEAD =
            "requests/s min / median / max | p50 us min / median / max | p99 us min / median / max"
                    + " | CPU us per request: servers + iohyp (machine)"
                    + " | own memory of a server, MiB min / median / max | of the iohyp |\n"
                    + "|---|---|---|---|---|---|---|";

    static GrowthRow of(GrowthResults results, Growth growth, int size) {
        return new GrowthRow(
                growth.title(),
                size,
                results.spread(growth, size, GrowthRun::requestsPerSecond),
                results.spread(growth, size, GrowthRun::p50Us),
                results.spread(growth, size, GrowthRun::p99Us),
                results.spread(growth, size, run -> run.server().cpuUs()),
                results.spread(growth, size, run -> run.iohyp().cpuUs()),
                results.spread(growth, size, GrowthRun::machineCpuUs),
                results.spread(growth, size, run -> run.server().ownKib() / KIB_PER_MIB),
                results.spread(growth, size, run -> run.iohyp().ownKib() / KIB_PER_MIB));
    }

    String text() {
        return String.format(
                Locale.ROOT,
                "| %d | %s | %s | %s | %.1f + %.1f (%.1f) | %s | %s |",
                size,
                requestsPerSecond.format("%.0f"),
                p50Us.format("%.0f"),
                p99Us.format("%.0f"),
                serverCpuUs.median(),
                iohypCpuUs.median(),
                machineCpuUs.median(),
                serverOwnMib.format("%.0f"),
                iohypOwnMib.format("%.0f"));
    }
}
