// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

/**
 * One frontend at one time, for the operator.
 *
 * @param pid its process, 0 when unknown
 * @param features virtio features it accepted
 * @param protocolFeatures vhost-user features it accepted
 * @param queuesRunning vrings that are served
 * @param memoryRegions rows of its memory table
 */
public record SessionStatus(
        int pid, long features, long protocolFeatures, int queuesRunning, int memoryRegions) {}
