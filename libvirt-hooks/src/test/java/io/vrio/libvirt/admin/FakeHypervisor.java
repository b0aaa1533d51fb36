// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import java.util.List;
import java.util.Optional;

/** A libvirt with these domains. */
record FakeHypervisor(List<GuestDomain> all) implements Hypervisor {
    FakeHypervisor(GuestDomain... domains) {
        this(List.of(domains));
    }

    @Override
    public Optional<GuestDomain> find(String nameOrUuid) {
        return all.stream()
                .filter(domain -> List.of(domain.name(), domain.uuid()).contains(nameOrUuid))
                .findFirst();
    }

    @Override
    public long version() {
        return 9_000_000;
    }
}
