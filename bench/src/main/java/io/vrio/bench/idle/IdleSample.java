// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.idle;

/**
 * One daemon in one round, as it stands in the JSON file.
 *
 * @param cpuPercent of one core
 * @param runsPerSecond how often one of its threads was put on a core
 */
record IdleSample(double cpuPercent, double runsPerSecond) {}
