// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.hook;

import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.hook.DeviceRecord.Maker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A server without sockets and without an IOhyp, whose answers the test decides. */
final class FakeHost implements DeviceHost {
    static final DeviceStanding ATTACHED =
            new DeviceStanding(true, Optional.empty(), Optional.empty());
    static final DeviceStanding WAITING =
            new DeviceStanding(false, Optional.empty(), Optional.empty());

    final List<DeviceRecord> devices = new ArrayList<>();

    /** By name; a device without one is attached. */
    final Map<String, DeviceStanding> standings = new HashMap<>();

    String awayReason;

    /** Name of the device that cannot be made. */
    String broken;

    boolean isDiskFull;

    /** What a restart would bring back. */
    List<DeviceRecord> kept = List.of();

    private final Path folder;

    FakeHost(Path folder) {
        this.folder = folder;
    }

    /** Serves one that is there already. */
    FakeHost with(DeviceKind kind, String name, Maker maker) {
        devices.add(
                new DeviceRecord(
                        kind, name, folder.resolve(name + ".sock"), maker, Optional.empty()));
        return this;
    }

    static DeviceStanding refused(String reason) {
        return new DeviceStanding(false, Optional.of(reason), Optional.empty());
    }

    static DeviceStanding usedBy(int pid) {
        return new DeviceStanding(true, Optional.empty(), Optional.of(pid));
    }

    /** Kinds and names, in the order they were made. */
    List<String> labels() {
        return devices.stream().map(DeviceRecord::label).toList();
    }

    /** Whose a device is; empty when nobody's. */
    String owner(String name) {
        return devices.stream()
                .filter(device -> device.name().equals(name))
                .findFirst()
                .flatMap(DeviceRecord::domain)
                .map(DomainId::name)
                .orElse("");
    }

    @Override
    public Path socketFolder() {
        return folder;
    }

    @Override
    public List<DeviceRecord> devices() {
        return List.copyOf(devices);
    }

    @Override
    public void create(DeviceRecord device) throws HookException {
        if (device.name().equals(broken)) {
            throw new HookException(device.label() + ": no descriptors are left");
        }
        devices.add(device);
    }

    @Override
    public void delete(DeviceRecord device) {
        devices.removeIf(other -> other.is(device.kind(), device.name()));
    }

    @Override
    public void replace(DeviceRecord device) {
        devices.replaceAll(other -> other.is(device.kind(), device.name()) ? device : other);
    }

    @Override
    public void keep() throws HookException {
        if (isDiskFull) {
            throw new HookException("disks.json cannot be written");
        }
        kept = List.copyOf(devices);
    }

    @Override
    public DeviceStanding standing(DeviceRecord device) {
        return standings.getOrDefault(device.name(), ATTACHED);
    }

    @Override
    public Optional<String> awayReason() {
        return Optional.ofNullable(awayReason);
    }
}
