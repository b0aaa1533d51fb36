// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.block.BackendException;
import io.vrio.common.sys.FileStatus;
import io.vrio.common.sys.LinkStatus;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.TapDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds the character device of a macvtap. Its usual name in /dev is neither sure to be there nor
 * to be the right one: indexes are used anew in each network namespace.
 */
final class MacvtapNode {
    private static final Path DEVICES = Path.of("/dev");

    private MacvtapNode() {}

    static TapDevice open(LinkStatus macvtap) throws BackendException {
        String usualName = "tap" + macvtap.index();
        String number = number(macvtap.name(), usualName);
        Path usual = DEVICES.resolve(usualName);
        if (Files.exists(usual) && FileStatus.ofPath(usual.toString()).device().equals(number)) {
            return TapDevice.openNode(usual.toString(), macvtap.name());
        }
        return openOwn(number, macvtap.name());
    }

    /** As {@code MAJOR:MINOR}. */
    private static String number(String name, String usualName) throws BackendException {
        Path file = Path.of("/sys/class/net", name, usualName, "dev");
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new BackendException("cannot read the device number of macvtap " + name, e);
        }
    }

    /** Makes a node that nobody else can open, and that is gone when this returns. */
    private static TapDevice openOwn(String number, String name) throws BackendException {
        int colon = number.indexOf(':');
        int major = Integer.parseInt(number.substring(0, colon));
        int minor = Integer.parseInt(number.substring(colon + 1));
        try {
            // In /dev, because other file systems may forbid devices; only its owner may enter.
            Path folder = Files.createTempDirectory(DEVICES, "vrio-");
            Path node = folder.resolve(name);
            try {
                Linux.check(
                        Linux.makeCharacterDevice(node.toString(), major, minor), "mknod " + node);
                return TapDevice.openNode(node.toString(), name);
            } finally {
                Files.deleteIfExists(node);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new BackendException("cannot make a device of macvtap " + name + ": " + e, e);
        }
    }
}
