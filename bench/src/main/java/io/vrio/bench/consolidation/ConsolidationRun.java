// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.consolidation;

import java.util.List;

/**
 * One run, as it stands in the JSON file.
 *
 * @param workUs CPU time that the service of a request costs
 * @param perHost requests per second of each host, idle times included
 * @param sidecoreCpuUs CPU time per request of the daemons that execute requests
 * @param serverCpuUs CPU time per request of the servers on the hosts; 0 where there are none
 * @param machineCpuPercent of all CPUs, everything included
 */
record ConsolidationRun(
        String pattern,
        int workUs,
        String side,
        int round,
        double requestsPerSecond,
        List<Double> perHost,
        long errorCount,
        double p50Us,
        double p99Us,
        double sidecoreCpuUs,
        double serverCpuUs,
        double machineCpuPercent) {}
