// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import io.vrio.libvirt.domain.DeviceKind;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A device as its server sees it.
 *
 * @param state how it stands between the server and the IOhyp
 * @param reason why it is refused; empty otherwise
 * @param mac of a NIC, as the IOhyp has it; empty while it is not bound to one
 * @param queuesMax of a disk; pairs of a NIC
 * @param frontend process that is connected to its socket
 * @param domain UUID of the domain that it was made for; none when it is an option of the server or
 *     was made by an operator
 */
public record ServedDevice(
        DeviceKind kind,
        String name,
        Path socket,
        State state,
        String reason,
        String mac,
        int queuesMax,
        OptionalLong frontend,
        Optional<String> domain) {
    /** See docs/protocol-control.md. */
    public enum State {
        ATTACHED,
        WAITING,
        REFUSED
    }

    /** As it is called in a sentence. */
    public String label() {
        return kind.noun() + " " + name;
    }

    boolean isMadeFor(GuestDomain owner) {
        return domain.isPresent() && domain.get().equals(owner.uuid());
    }
}
