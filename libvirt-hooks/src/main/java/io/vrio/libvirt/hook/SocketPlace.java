// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.hook;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Paths of sockets, comparable: {@code /var/run/vrio} is {@code /run/vrio}. */
final class SocketPlace {
    /** What the name of a socket ends with that nobody named. */
    static final String SUFFIX = ".sock";

    private SocketPlace() {}

    /** Nothing for a path that vRIO cannot have made. */
    static Optional<Path> of(String text) {
        try {
            Path path = Path.of(text);
            return path.isAbsolute() ? Optional.of(of(path)) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** With the links of its folder followed; the socket itself may not be there yet. */
    static Path of(Path path) {
        Path normal = path.normalize();
        Path folder = normal.getParent();
        return folder == null ? normal : folder(folder).resolve(normal.getFileName());
    }

    static Path folder(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            // There is no such folder, so it has no other name.
            return folder.normalize();
        }
    }

    /** The device that a socket is named after; empty when it is not. */
    static String deviceName(Path socket) {
        String file = socket.getFileName().toString();
        return file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : "";
    }
}
