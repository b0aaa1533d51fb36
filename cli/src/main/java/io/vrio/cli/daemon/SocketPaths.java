// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Which device of a server has which socket. Names are per kind of device, paths are not: a disk
 * and a NIC of one name cannot both have the socket that is named after them.
 */
final class SocketPaths {
    private final Map<Path, String> owners = new HashMap<>();

    /**
     * @param owner the device, for error messages
     * @throws ControlException when another one has this path
     */
    void claim(Path path, String owner) throws ControlException {
        String present = owners.putIfAbsent(path.normalize(), owner);
        if (present != null) {
            throw new ControlException(
                    "%s would share socket %s with %s: name another SOCKET for one of them"
                            .formatted(owner, path, present));
        }
    }

    void release(Path path) {
        owners.remove(path.normalize());
    }
}
