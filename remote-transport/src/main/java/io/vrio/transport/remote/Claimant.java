// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/**
 * Who claims a disk.
 *
 * @param serverName 1-64 characters
 * @param serverEpoch random number of the claiming process
 * @param number of two claims of one process the higher one is the later; 0 when they have none
 */
public record Claimant(String serverName, long serverEpoch, long number) {}
