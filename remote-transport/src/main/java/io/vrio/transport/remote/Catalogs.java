// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/** What an IOhyp offers. */
public record Catalogs(DiskCatalog disks, NicCatalog nics) {
    /** One that has disks only. */
    public static Catalogs of(DiskCatalog disks) {
        return new Catalogs(
                disks,
                (nic, server, epoch) -> {
                    throw new ClaimRefusedException("there is no NIC " + nic);
                });
    }
}
