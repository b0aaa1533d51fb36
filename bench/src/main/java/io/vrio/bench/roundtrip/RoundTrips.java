// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.roundtrip;

import java.util.Map;

/**
 * One run, as it stands in the JSON file.
 *
 * @param lostCount requests sent again because no response came in time; not counted otherwise
 * @param daemonCpuUs CPU time per round trip of each daemon
 */
public record RoundTrips(
        String alternative,
        int round,
        long count,
        long lostCount,
        double p50Us,
        double p99Us,
        double p999Us,
        Map<String, Double> daemonCpuUs,
        double machineCpuUs) {}
