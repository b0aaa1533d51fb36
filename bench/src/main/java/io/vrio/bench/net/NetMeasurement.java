// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import java.util.Map;

/**
 * One run of one row on one alternative, as it stands in the JSON file.
 *
 * @param value in the row's unit
 * @param p99Us of round trips; 0 in other rows
 * @param sentCount frames that the generator has put into its ring; 0 in other rows
 * @param arrivedCount of those, how many the I/O host's kernel has counted
 * @param machineCpuPercent of all cores, everything included
 * @param usedCpuPercent of one core, by role: each of vRIO's daemons, whoever is measured, and the
 *     vCPU of each guest
 */
record NetMeasurement(
        String row,
        String alternative,
        int round,
        double value,
        double p99Us,
        long sentCount,
        long arrivedCount,
        double machineCpuPercent,
        Map<String, Double> usedCpuPercent) {
    double lostPercent() {
        return sentCount == 0 ? 0 : 100.0 * (sentCount - arrivedCount) / sentCount;
    }
}
