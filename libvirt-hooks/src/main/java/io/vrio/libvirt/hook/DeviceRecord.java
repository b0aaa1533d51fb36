// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.hook;

import io.vrio.libvirt.domain.DeviceKind;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A device that a server serves.
 *
 * @param socket where QEMU connects
 * @param domain whose it is, as far as libvirt has told
 */
public record DeviceRecord(
        DeviceKind kind, String name, Path socket, Maker maker, Optional<DomainId> domain) {
    /** Who had it made, which tells who ends it. */
    public enum Maker {
        /** An option of the server: it ends with that. */
        OPTION,
        /** An operator: it ends when one deletes it. */
        OPERATOR,
        /** The hook, for its domain: it ends with that. */
        HOOK
    }

    /** As messages call it. */
    public String label() {
        return kind.noun() + " " + name;
    }

    boolean is(DeviceKind otherKind, String otherName) {
        return kind == otherKind && name.equals(otherName);
    }

    boolean isOf(DomainId id) {
        return domain.isPresent() && domain.get().isSame(id);
    }

    DeviceRecord with(Optional<DomainId> newDomain) {
        return new DeviceRecord(kind, name, socket, maker, newDomain);
    }

    DeviceRecord with(Maker newMaker) {
        return new DeviceRecord(kind, name, socket, newMaker, domain);
    }
}
