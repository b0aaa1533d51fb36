// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/** The disks that an IOhyp offers. Called on the worker that owns the association. */
@FunctionalInterface
public interface DiskCatalog {
    /** What became of a claim: one of the two, once, on the worker of who has claimed. */
    interface Answer {
        /** It is the claimer's, who closes it also when it does not want it any more. */
        void onClaimed(DiskClaim claim);

        /** There is no such disk, it is in use by another server, or it cannot be opened. */
        void onRefused(String reason);
    }

    /**
     * Claims a disk for one server, exclusively.
     *
     * <p>The same server with another epoch has restarted, and one with a higher number has changed
     * its mind: its old claim is revoked, and the new one executes nothing before every request of
     * the old one has ended.
     *
     * @param answer called before this returns, or later when another worker has the disk
     */
    void claim(String diskName, Claimant claimant, Answer answer);

    /** Claims end from now on because the IOhyp does: no server gives its disks back. */
    default void onEndpointClose() {}
}
