// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

/**
 * The keys of one association as an operator sees them.
 *
 * @param sinceNs clock time at which the key was begun that is sealed with now
 * @param sealedBytes that were sealed with it
 * @param sendPhase how many keys were sealed with before it
 * @param receivePhase how many keys the peer has sealed with before its present one
 */
public record KeyStatus(long sinceNs, long sealedBytes, int sendPhase, int receivePhase) {}
