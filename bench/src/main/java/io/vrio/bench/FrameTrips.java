// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

/**
 * Frames that went to the other host and back, in one run, as it stands in the JSON file.
 *
 * @param payload bytes that each carried
 */
record FrameTrips(
        String alternative, int payload, int round, long count, double p50Us, double p99Us) {}
