// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import java.nio.file.Path;

/**
 * What the campaign runs on; bench/run has made it.
 *
 * @param ioMac of the I/O host's end of the link
 * @param folder for sockets and logs, removed at the end
 * @param guest the folder with the script that boots guests
 * @param guestFiles what that script boots, and a static busybox
 * @param ovs the script that runs Open vSwitch
 */
record NetSite(
        String vmNamespace,
        String ioNamespace,
        String ioMac,
        Path folder,
        Path vrio,
        Path guest,
        Path guestFiles,
        Path ovs) {
    static final String INTERFACE = "direct0";
    static final String VM_ADDRESS = "10.77.0.1";
    static final String IO_ADDRESS = "10.77.0.2";

    Path file(String name) {
        return folder.resolve(name);
    }
}
