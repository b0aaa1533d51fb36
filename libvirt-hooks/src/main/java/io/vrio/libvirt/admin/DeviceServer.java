// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import io.vrio.libvirt.domain.DeviceKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What is asked of the server of this VM host. One thread. */
public interface DeviceServer {
    /** Which run of the server this is: another one after it was started again. */
    String instance() throws AdminException;

    /** Where the socket of a device is that was given none. */
    Path socket(String name) throws AdminException;

    List<ServedDevice> all() throws AdminException;

    default Optional<ServedDevice> find(DeviceKind kind, String name) throws AdminException {
        return all().stream()
                .filter(device -> device.kind() == kind && device.name().equals(name))
                .findFirst();
    }

    /** Serves a device for a domain from now on; it need not be attached yet. */
    ServedDevice create(DeviceKind kind, String name, Path socket, GuestDomain owner)
            throws AdminException;

    /** Refused while a frontend is connected. */
    void delete(DeviceKind kind, String name) throws AdminException;
}
