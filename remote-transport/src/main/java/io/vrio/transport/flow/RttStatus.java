// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * Round-trip time as of one moment; 0 before the first sample, but for the time-out.
 *
 * @param smoothedNs mean of late
 * @param variationNs how far samples lie from it
 * @param minNs the shortest sample of the association
 * @param rtoNs after this time without an answer something is sent again
 */
public record RttStatus(long smoothedNs, long variationNs, long minNs, long rtoNs) {}
