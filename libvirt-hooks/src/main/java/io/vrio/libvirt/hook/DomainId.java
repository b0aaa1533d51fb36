// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.hook;

import io.vrio.libvirt.domain.Domain;

/** A domain of this host's libvirt. */
public record DomainId(String name, String uuid) {
    public static DomainId of(Domain domain) {
        return new DomainId(domain.name(), domain.uuid());
    }

    /**
     * A name has one domain at a time, and a renamed domain keeps its UUID: with either one the
     * same, the other cannot be running.
     */
    public boolean isSame(DomainId other) {
        return name.equals(other.name) || !uuid.isEmpty() && uuid.equals(other.uuid);
    }
}
