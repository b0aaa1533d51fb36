// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import io.vrio.libvirt.admin.GuestDomain.Scope;
import io.vrio.libvirt.domain.DeviceKind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What an operator wants attached or detached, and where.
 *
 * @param domain name or UUID
 * @param isLive the guest that runs, or nothing
 * @param isPersistent also, or only, what the domain starts with
 * @param target of a disk; without one the next that is free
 * @param mac of a NIC; without one that of the IOhyp, or one that libvirt makes up
 * @param queues without a number, what QEMU chooses
 */
public record AttachWish(
        DeviceKind kind,
        String name,
        String domain,
        boolean isLive,
        boolean isPersistent,
        Optional<String> target,
        Optional<String> mac,
        OptionalInt queues) {
    String label() {
        return kind.noun() + " " + name;
    }

    /**
     * As virsh: a guest that runs, otherwise what it starts with; with persistent both.
     *
     * @throws AdminException when the domain is not what the operator takes it for
     */
    Set<Scope> scopes(GuestDomain guest) throws AdminException {
        boolean isRunning = guest.isRunning();
        if (isLive && !isRunning) {
            throw new AdminException(
                    "domain %s is not running: start it first, or omit --live to change what it starts with"
                            .formatted(guest.name()));
        }
        if (isPersistent && !guest.isPersistent()) {
            throw new AdminException(
                    "domain %s is transient, it is forgotten when it stops: omit --persistent"
                            .formatted(guest.name()));
        }
        EnumSet<Scope> scopes = EnumSet.noneOf(Scope.class);
        if (isRunning) {
            scopes.add(Scope.LIVE);
        }
        if (isPersistent || !isRunning) {
            scopes.add(Scope.CONFIG);
        }
        return scopes;
    }

    GuestDomain guest(Hypervisor hypervisor) throws AdminException {
        return hypervisor
                .find(domain)
                .orElseThrow(
                        () ->
                                new AdminException(
                                        "there is no domain "
                                                + domain
                                                + "; see virsh list --all, or name its libvirt with"
                                                + " --connect"));
    }
}
