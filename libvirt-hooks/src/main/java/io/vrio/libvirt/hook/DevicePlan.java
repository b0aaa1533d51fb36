// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.hook;

import io.vrio.common.io.DeviceName;
import io.vrio.libvirt.domain.DescribedDevice;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.domain.Domain;
import io.vrio.libvirt.domain.VhostUserDevice;
import io.vrio.libvirt.hook.DeviceRecord.Maker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which devices of a server a domain wants: those whose socket is in the server's folder or is
 * served already, and those of our metadata. All others are somebody else's.
 */
final class DevicePlan {
    private final DeviceHost host;
    private final Path folder;
    private final Map<Path, DeviceRecord> served = new HashMap<>();
    private final Map<Path, DescribedDevice> described = new HashMap<>();
    private final List<DeviceRecord> wanted = new ArrayList<>();

    private DevicePlan(DeviceHost host) {
        this.host = host;
        folder = SocketPlace.folder(host.socketFolder());
        host.devices().forEach(device -> served.put(SocketPlace.of(device.socket()), device));
    }

    /**
     * The devices in the order of the XML. Those that are served already are as the host has them;
     * the others are to be made by a hook.
     *
     * @param isHome whether devices of the metadata without a socket are to be had here: where
     *     several servers are on one host, one of them is it
     * @throws HookException when the XML contradicts itself or what is served
     */
    static List<DeviceRecord> of(Domain domain, DeviceHost host, boolean isHome)
            throws HookException {
        DevicePlan plan = new DevicePlan(host);
        for (DescribedDevice device : domain.described()) {
            if (isHome || device.socket().isPresent()) {
                plan.describe(device);
            }
        }
        for (VhostUserDevice device : domain.devices()) {
            Optional<Path> socket = SocketPlace.of(device.socket());
            if (socket.isPresent() && plan.isOurs(socket.get())) {
                plan.addElement(device, socket.get());
            }
        }
        for (DescribedDevice device : domain.described()) {
            plan.addRest(device);
        }
        return plan.wanted;
    }

    private boolean isOurs(Path socket) {
        return served.containsKey(socket) || folder.equals(socket.getParent());
    }

    private void describe(DescribedDevice device) throws HookException {
        Path socket = socket(device);
        DescribedDevice other = isOurs(socket) ? described.putIfAbsent(socket, device) : null;
        if (other != null && !other.equals(device)) {
            throw new HookException(
                    "the metadata has two devices with the socket %s: %s and %s"
                            .formatted(socket, other.name(), device.name()));
        }
    }

    private Path socket(DescribedDevice device) {
        if (device.socket().isPresent()) {
            return SocketPlace.of(device.socket().get());
        }
        for (Map.Entry<Path, DeviceRecord> entry : served.entrySet()) {
            if (entry.getValue().is(device.kind(), device.name())) {
                return entry.getKey();
            }
        }
        return folder.resolve(device.name() + SocketPlace.SUFFIX);
    }

    private void addElement(VhostUserDevice device, Path socket) throws HookException {
        String element = "<%s> with socket %s".formatted(device.kind().element(), socket);
        if (device.isServerMode()) {
            throw new HookException(
                    element
                            + " has mode='server': QEMU would wait for ever; write mode='client',"
                            + " vrio server listens there");
        }
        if (wanted.stream().anyMatch(other -> SocketPlace.of(other.socket()).equals(socket))) {
            throw new HookException(
                    "two devices of the domain have the socket "
                            + socket
                            + ", which serves one: give each its own");
        }
        DescribedDevice description = described.get(socket);
        if (description != null) {
            checkKind(element, device.kind(), "the metadata calls it a", description.kind());
            add(device.kind(), description.name(), socket);
        } else if (served.containsKey(socket)) {
            add(device.kind(), served.get(socket).name(), socket);
        } else {
            add(device.kind(), nameOf(element, socket), socket);
        }
    }

    private String nameOf(String element, Path socket) throws HookException {
        String name = SocketPlace.deviceName(socket);
        if (!DeviceName.isLegal(name)) {
            throw new HookException(
                    "%s: a socket in %s is called NAME%s; NAME is %s"
                            .formatted(element, folder, SocketPlace.SUFFIX, DeviceName.LEGAL));
        }
        return name;
    }

    /** What no element stands for may be attached while the domain runs. */
    private void addRest(DescribedDevice device) throws HookException {
        Path socket = socket(device);
        boolean isThere = wanted.stream().anyMatch(other -> other.is(device.kind(), device.name()));
        if (!isThere && device.equals(described.get(socket))) {
            add(device.kind(), device.name(), socket);
        }
    }

    private void add(DeviceKind kind, String name, Path socket) throws HookException {
        DeviceRecord asked = new DeviceRecord(kind, name, socket, Maker.HOOK, Optional.empty());
        DeviceRecord there = served.get(socket);
        if (there != null) {
            checkKind(
                    "the domain's " + asked.label(), kind, "its socket is that of a", there.kind());
            if (!there.name().equals(name)) {
                throw new HookException(
                        "%s: its socket %s is that of %s; make the names the same"
                                .formatted(asked.label(), socket, there.label()));
            }
        }
        for (DeviceRecord other : there == null ? host.devices() : List.<DeviceRecord>of()) {
            if (other.is(kind, name)) {
                throw new HookException(
                        "%s is served at %s, but the domain has %s: write the former into its XML"
                                .formatted(asked.label(), other.socket(), socket));
            }
        }
        wanted.add(there == null ? asked : there);
    }

    private static void checkKind(String what, DeviceKind kind, String butSays, DeviceKind other)
            throws HookException {
        if (kind != other) {
            throw new HookException(
                    "%s: it is a %s, but %s %s; use a socket of its own"
                            .formatted(what, kind.noun(), butSays, other.noun()));
        }
    }
}
