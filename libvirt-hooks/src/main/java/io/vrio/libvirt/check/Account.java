// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import java.util.Set;

/**
 * Whom QEMU runs as.
 *
 * @param groups all of them, the first one included
 */
public record Account(String name, int user, Set<Integer> groups) {
    private static final int ROOT = 0;
    private static final int READ_WRITE = 6;
    private static final int PASS = 1;

    /** connect(2) needs to write; libvirt's QEMU asks for no more. */
    private static final int WRITE = 2;

    boolean mayPass(PathFacts folder) {
        return may(folder, PASS);
    }

    boolean mayConnect(PathFacts socket) {
        return may(socket, WRITE);
    }

    /** As path_resolution(7) decides: one class alone counts, the first that fits. */
    private boolean may(PathFacts path, int wanted) {
        if (user == ROOT) {
            return true;
        }
        int shift = 0;
        if (path.user() == user) {
            shift = READ_WRITE;
        } else if (groups.contains(path.group())) {
            shift = 3;
        }
        return (path.mode() >> shift & wanted) == wanted;
    }
}
