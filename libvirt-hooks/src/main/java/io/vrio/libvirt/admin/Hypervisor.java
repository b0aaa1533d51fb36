// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import java.util.List;
import java.util.Optional;

/** What is asked of a libvirt: its domains. One thread. */
public interface Hypervisor {
    /** By its name or UUID; none when there is no such domain. */
    Optional<GuestDomain> find(String nameOrUuid) throws AdminException;

    /** All of them, running or not. */
    List<GuestDomain> all() throws AdminException;

    /** Of the libvirt that does the work: 9002001 is 9.2.1. */
    long version() throws AdminException;
}
