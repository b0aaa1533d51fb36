// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

/**
 * One run, as it stands in the JSON file.
 *
 * @param server of one of the servers; all of their CPU time per request
 */
record GrowthRun(
        String growth,
        int size,
        int round,
        double requestsPerSecond,
        double p50Us,
        double p99Us,
        long errorCount,
        DaemonCost server,
        DaemonCost iohyp,
        double machineCpuUs) {
    /**
     * What a daemon costs.
     *
     * @param cpuUs per request
     * @param ownKib resident, without the guests' memory: heap, native memory and code
     * @param reservedKib private memory that it has reserved, resident or not
     */
    record DaemonCost(double cpuUs, long ownKib, long reservedKib) {}
}
