// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.option.NamedSocket;
import io.vrio.cli.option.NetworkOptions;
import io.vrio.cli.option.PeerAddress;
import io.vrio.cli.option.WorkerSettings;
import java.nio.file.Path;
import java.util.List;

/**
 * What an operator chose for a server, checked.
 *
 * @param hangsUp whether QEMU loses its connection while the link of its NIC is down
 */
record ServerSettings(
        NetworkOptions network,
        PeerAddress peer,
        String name,
        List<NamedSocket> disks,
        List<NamedSocket> nics,
        boolean hangsUp,
        Path socketFolder,
        Path stateFolder,
        long ioTimeoutNs,
        Path control,
        WorkerSettings workers,
        SocketGroup group) {
    /** Where frontends find a device. */
    Path socket(NamedSocket device) {
        return device.socket() == null
                ? socketFolder.resolve(device.name() + ".sock")
                : device.socket();
    }
}
