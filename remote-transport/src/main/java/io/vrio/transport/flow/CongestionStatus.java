// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * What the path lets an association send, as of one moment.
 *
 * @param windowBytes that may be in flight
 * @param bytesPerSecond at which large messages leave at most; 0 before the first sample
 * @param baseNs the shortest round trip of the last seconds: without queues; 0 while unknown
 */
public record CongestionStatus(long windowBytes, long bytesPerSecond, long baseNs) {}
