// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlException;
import io.vrio.common.state.StateException;
import io.vrio.common.state.StateFile;
import io.vrio.common.state.StateFolder;
import io.vrio.common.sys.SocketPathException;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.hook.DeviceHost;
import io.vrio.libvirt.hook.DeviceRecord;
import io.vrio.libvirt.hook.DeviceRecord.Maker;
import io.vrio.libvirt.hook.DeviceStanding;
import io.vrio.libvirt.hook.HookException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices of a server, whatever their kind: who had each made, which domain has it, and what a
 * restart brings back. Main thread, then control thread.
 */
final class ServerDevices implements DeviceHost {
    private static final Logger LOG = LoggerFactory.getLogger(ServerDevices.class);

    private final Path socketFolder;
    private final StateFolder stateFolder;
    private final Supplier<Optional<String>> awayReason;
    private final Map<DeviceKind, Devices> kinds = new EnumMap<>(DeviceKind.class);

    /** Those of one kind. */
    private static final class Devices {
        private final ServedDevices<?> served;
        private final StateFile<DeviceRecord> file;
        private final TreeMap<String, DeviceRecord> records = new TreeMap<>();

        /** Kept, but its socket cannot be had at present; the next restart tries again. */
        private final TreeMap<String, DeviceRecord> unserved = new TreeMap<>();

        /** What the file holds. */
        private List<DeviceRecord> kept = List.of();

        Devices(ServedDevices<?> served, StateFile<DeviceRecord> file) {
            this.served = served;
            this.file = file;
        }
    }

    /**
     * @param stateFolder stays open longer than this is used
     * @param awayReason why the IOhyp is away, as far as that is known
     */
    ServerDevices(
            Path socketFolder, StateFolder stateFolder, Supplier<Optional<String>> awayReason) {
        this.socketFolder = socketFolder;
        this.stateFolder = stateFolder;
        this.awayReason = awayReason;
    }

    /**
     * Serves the devices of one kind that the server begins with: those that are options, and those
     * that were made at run time before a restart.
     *
     * @param served opens and closes them
     * @param options names and sockets
     * @throws StateException when what is kept cannot be trusted
     */
    void begin(DeviceKind kind, ServedDevices<?> served, Map<String, Path> options)
            throws ControlException, StateException {
        DeviceRecordFormat format = new DeviceRecordFormat(kind, BootId.read());
        StateFile<DeviceRecord> file = new StateFile<>(stateFolder, format);
        Devices devices = new Devices(served, file);
        kinds.put(kind, devices);
        devices.kept = devices.file.load();
        TreeMap<String, DeviceRecord> kept = new TreeMap<>();
        devices.kept.forEach(record -> kept.put(record.name(), record));
        for (Map.Entry<String, Path> option : options.entrySet()) {
            String name = option.getKey();
            DeviceRecord before = kept.remove(name);
            serve(
                    new DeviceRecord(
                            kind,
                            name,
                            option.getValue(),
                            Maker.OPTION,
                            before == null ? Optional.empty() : before.domain()));
        }
        kept.values().stream().filter(ServerDevices::isWanted).forEach(this::restore);
    }

    /** An option that is given no more is not, nor what was made for a domain of a former boot. */
    private static boolean isWanted(DeviceRecord record) {
        return switch (record.maker()) {
            case OPTION -> false;
            case OPERATOR -> true;
            case HOOK -> record.domain().isPresent();
        };
    }

    /** One that cannot be served shall not keep the others from their guests. */
    private void restore(DeviceRecord record) {
        try {
            serve(record);
        } catch (ControlException | SocketPathException e) {
            LOG.error("{} is kept but not served: {}", record.label(), e.getMessage());
            kinds.get(record.kind()).unserved.put(record.name(), record);
        }
    }

    private void serve(DeviceRecord record) throws ControlException {
        Devices devices = kinds.get(record.kind());
        devices.served.create(record.name(), record.socket());
        devices.unserved.remove(record.name());
        devices.records.put(record.name(), record);
    }

    /** One more; nothing has changed when it throws. */
    void createAndKeep(DeviceRecord record) throws ControlException {
        serve(record);
        try {
            keep();
        } catch (HookException e) {
            delete(record);
            throw new ControlException(e.getMessage(), e);
        }
    }

    /** One less, whoever had it made. */
    void deleteAndKeep(DeviceKind kind, String name) throws ControlException {
        delete(record(kind, name));
        try {
            keep();
        } catch (HookException e) {
            throw new ControlException(e.getMessage() + "; it comes back with a restart", e);
        }
    }

    /** What is known of a device that is served. */
    DeviceRecord record(DeviceKind kind, String name) throws ControlException {
        Devices devices = kinds.get(kind);
        // For its message.
        devices.served.check(name);
        return devices.records.get(name);
    }

    @Override
    public Path socketFolder() {
        return socketFolder;
    }

    @Override
    public List<DeviceRecord> devices() {
        List<DeviceRecord> all = new ArrayList<>();
        kinds.values().forEach(devices -> all.addAll(devices.records.values()));
        return all;
    }

    @Override
    public void create(DeviceRecord device) throws HookException {
        try {
            serve(device);
        } catch (ControlException e) {
            throw new HookException(e.getMessage(), e);
        } catch (SocketPathException e) {
            throw new HookException(device.label() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void delete(DeviceRecord device) {
        Devices devices = kinds.get(device.kind());
        try {
            devices.served.delete(device.name());
        } catch (ControlException e) {
            throw new IllegalStateException("a record without a device", e);
        }
        devices.records.remove(device.name());
    }

    @Override
    public void replace(DeviceRecord device) {
        kinds.get(device.kind()).records.put(device.name(), device);
    }

    @Override
    public void keep() throws HookException {
        for (Devices devices : kinds.values()) {
            List<DeviceRecord> worthIt = new ArrayList<>(devices.unserved.values());
            devices.records.values().stream().filter(ServerDevices::isKept).forEach(worthIt::add);
            try {
                if (!worthIt.equals(devices.kept)) {
                    devices.file.save(worthIt);
                    devices.kept = worthIt;
                }
            } catch (StateException e) {
                throw new HookException(e.getMessage(), e);
            }
        }
    }

    /** An option comes back by itself; the domain that has it does not. */
    private static boolean isKept(DeviceRecord device) {
        return device.maker() != Maker.OPTION || device.domain().isPresent();
    }

    @Override
    public DeviceStanding standing(DeviceRecord device) {
        try {
            return kinds.get(device.kind()).served.standing(device.name());
        } catch (ControlException e) {
            throw new IllegalStateException("a record without a device", e);
        }
    }

    @Override
    public Optional<String> awayReason() {
        return awayReason.get();
    }
}
