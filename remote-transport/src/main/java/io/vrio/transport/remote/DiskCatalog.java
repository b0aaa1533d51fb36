// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/** The disks that an IOhyp offers. Called on the worker that owns the association. */
@FunctionalInterface
public interface DiskCatalog {
    /**
     * Claims a disk for one server, exclusively.
     *
     * <p>The same server with another epoch has restarted: its old claim is revoked, and the new
     * one executes nothing before every request of the old one has ended.
     *
     * @param serverName who claims it, 1-64 characters
     * @param serverEpoch random number of the claiming process
     * @throws ClaimRefusedException when there is no such disk, it is in use by another server, or
     *     it cannot be opened
     */
    DiskClaim claim(String diskName, String serverName, long serverEpoch)
            throws ClaimRefusedException;

    /** Claims end from now on because the IOhyp does: no server gives its disks back. */
    default void onEndpointClose() {}
}
