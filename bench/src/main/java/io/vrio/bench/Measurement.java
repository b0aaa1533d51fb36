// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.Map;

/**
 * One run of one workload on one alternative, as it stands in the JSON file.
 *
 * @param daemonCpuUs CPU time per request of each daemon
 * @param guestCpuUs CPU time per request of the load generator, the same for all alternatives
 * @param machineCpuUs CPU time per request of the whole machine, its kernel included
 * @param idleCpuPercent of one core, what the alternatives not measured used meanwhile
 */
record Measurement(
        double lossPercent,
        String row,
        String alternative,
        int round,
        double requestsPerSecond,
        double megabytesPerSecond,
        double p50Us,
        double p99Us,
        double p999Us,
        double maxUs,
        long requestCount,
        long errorCount,
        Map<String, Double> daemonCpuUs,
        double guestCpuUs,
        double machineCpuUs,
        double idleCpuPercent) {}
