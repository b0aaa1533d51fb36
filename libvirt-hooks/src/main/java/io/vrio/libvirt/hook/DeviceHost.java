// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.hook;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The devices of one server, as far as a hook has to do with them. One thread. */
public interface DeviceHost {
    /** Where sockets are that nobody named. */
    Path socketFolder();

    List<DeviceRecord> devices();

    /**
     * Serves a device from now on, whether the IOhyp has it or not.
     *
     * @throws HookException when it cannot; nothing has changed then
     */
    void create(DeviceRecord device) throws HookException;

    void delete(DeviceRecord device);

    /** Takes another maker or domain for the device of the same kind and name. */
    void replace(DeviceRecord device);

    /**
     * Writes down what a restart of the server must bring back.
     *
     * @throws HookException when it cannot; the devices are served all the same
     */
    void keep() throws HookException;

    DeviceStanding standing(DeviceRecord device);

    /** Why the IOhyp is away, as far as that is known; nothing when it is there. */
    Optional<String> awayReason();
}
