// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/** The network cards that an IOhyp offers. Called on the worker that owns the association. */
@FunctionalInterface
public interface NicCatalog {
    /**
     * Claims a card for one server, exclusively.
     *
     * <p>The same server with another epoch has restarted: its old claim is revoked.
     *
     * @param serverName who claims it, 1-64 characters
     * @param serverEpoch random number of the claiming process
     * @throws ClaimRefusedException when there is no such card, it is in use by another server, or
     *     it cannot be opened
     */
    NicClaim claim(String nicName, String serverName, long serverEpoch)
            throws ClaimRefusedException;

    /** Claims end from now on because the IOhyp does: no server gives its cards back. */
    default void onEndpointClose() {}
}
