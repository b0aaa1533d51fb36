// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import java.nio.file.Path;

/**
 * The kernel's list of unix sockets in this network namespace, proc(5), {@code /proc/net/unix}:
 *
 * <pre>Num RefCount Protocol Flags Type St Inode Path</pre>
 */
record UnixSockets(String text) {
    private static final int FLAGS = 3;
    private static final int STATE = 5;
    private static final int PATH = 7;

    private static final String ACCEPTS = "00010000";
    private static final String CONNECTED = "03";

    boolean isListening(Path path) {
        return has(path, FLAGS, ACCEPTS);
    }

    /** The accepting end of a connection has the path, too. */
    boolean isConnected(Path path) {
        return has(path, STATE, CONNECTED);
    }

    private boolean has(Path path, int field, String value) {
        return text.lines()
                .map(line -> line.split(" +", PATH + 1))
                .filter(fields -> fields.length > PATH && fields[PATH].equals(path.toString()))
                .anyMatch(fields -> fields[field].equals(value));
    }
}
