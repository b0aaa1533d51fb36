// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.transport.wire.Endpoint;

/**
 * What the three-way handshake has settled.
 *
 * @param firstSent 64-bit sequence of the first payload byte that we send
 * @param firstReceived 64-bit sequence of the first payload byte that the peer sends
 * @param localTag what the peer must put into the header of each super-frame
 * @param mtu IP MTU, bytes
 */
public record AssociationSetup(
        Endpoint local,
        Endpoint remote,
        long firstSent,
        long firstReceived,
        int localTag,
        int mtu) {}
