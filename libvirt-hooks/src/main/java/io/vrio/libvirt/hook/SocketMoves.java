// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.hook;

import io.vrio.libvirt.domain.DescribedDevice;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.domain.Domain;
import io.vrio.libvirt.domain.VhostUserDevice;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Which sockets that an XML names are elsewhere on this host. */
final class SocketMoves {
    private final DeviceHost host;
    private final boolean isHome;
    private final Path folder;

    /**
     * @param isHome whether a device that no server serves yet will be here
     */
    SocketMoves(DeviceHost host, boolean isHome) {
        this.host = host;
        this.isHome = isHome;
        folder = SocketPlace.folder(host.socketFolder());
    }

    /** From the paths as written to those of this host; those that are right are not in it. */
    Map<String, String> of(Domain domain) {
        Map<String, String> moved = new LinkedHashMap<>();
        for (VhostUserDevice device : domain.devices()) {
            name(domain, device)
                    .ifPresent(name -> add(moved, device.kind(), name, device.socket()));
        }
        for (DescribedDevice device : domain.described()) {
            device.socket()
                    .ifPresent(path -> add(moved, device.kind(), device.name(), path.toString()));
        }
        return moved;
    }

    /** What the metadata calls it, or the name of its socket when that was in a folder as ours. */
    private Optional<String> name(Domain domain, VhostUserDevice device) {
        Optional<Path> socket = SocketPlace.of(device.socket());
        if (socket.isEmpty()) {
            return Optional.empty();
        }
        String name = SocketPlace.deviceName(socket.get());
        for (DescribedDevice described : domain.described()) {
            boolean isIt =
                    described.socket().isPresent()
                            ? SocketPlace.of(described.socket().get()).equals(socket.get())
                            : described.name().equals(name);
            if (isIt && described.kind() == device.kind()) {
                return Optional.of(described.name());
            }
        }
        boolean isInFolder = folder.equals(socket.get().getParent()) && !name.isEmpty();
        return isInFolder ? Optional.of(name) : Optional.empty();
    }

    private void add(Map<String, String> moved, DeviceKind kind, String name, String written) {
        Optional<Path> here =
                host.devices().stream()
                        .filter(device -> device.is(kind, name))
                        .map(DeviceRecord::socket)
                        .findFirst();
        if (here.isEmpty() && !isHome) {
            return;
        }
        Path place = here.orElse(folder.resolve(name + SocketPlace.SUFFIX));
        if (!SocketPlace.of(written).equals(Optional.of(SocketPlace.of(place)))) {
            moved.put(written, place.toString());
        }
    }
}
