// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.daemon.ServedDevices.Served;
import io.vrio.cli.option.NamedSocket;
import io.vrio.cli.option.OptionTypes;
import io.vrio.common.sys.SocketPathException;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.hook.DeviceRecord;
import io.vrio.libvirt.hook.DeviceRecord.Maker;
import io.vrio.libvirt.hook.DomainId;
import io.vrio.server.session.SessionStatus;
import io.vrio.server.worker.DeviceStatus;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.TypeConversionException;

/** What an operator may ask of the devices of a server, whatever their kind. Control thread. */
final class ServedControl<R> {
    private final DeviceKind kind;
    private final ServerSettings settings;
    private final ServerDevices all;
    private final ServedDevices<R> devices;
    private final Function<Served<R>, Map<String, Object>> row;

    /**
     * @param devices those of {@code all} that are of this kind
     * @param row what the operator is shown of a device
     */
    ServedControl(
            DeviceKind kind,
            ServerSettings settings,
            ServerDevices all,
            ServedDevices<R> devices,
            Function<Served<R>, Map<String, Object>> row) {
        this.kind = kind;
        this.settings = settings;
        this.all = all;
        this.devices = devices;
        this.row = row;
    }

    Object list(ControlArguments arguments) throws ControlException {
        arguments.end();
        List<Object> rows = new ArrayList<>();
        for (String name : devices.names()) {
            rows.add(row(name));
        }
        return rows;
    }

    Object show(ControlArguments arguments) throws ControlException {
        return row(arguments.onlyText("name"));
    }

    private Map<String, Object> row(String name) throws ControlException {
        Map<String, Object> shown = devices.ask(name, row);
        DeviceRecord record = all.record(kind, name);
        shown.put("maker", DeviceRecordFormat.text(record.maker()));
        shown.put("domain", record.domain().map(DomainId::name).orElse(""));
        shown.put("domainUuid", record.domain().map(DomainId::uuid).orElse(""));
        return shown;
    }

    Object create(ControlArguments arguments) throws ControlException {
        Optional<DomainId> domain = domain(arguments);
        Optional<String> socket = arguments.optionalText("socket");
        String name = arguments.onlyText("name");
        try {
            String checked = new OptionTypes.Name().convert(name);
            Path path = socket.isEmpty() ? null : Path.of(socket.get()).toAbsolutePath();
            all.createAndKeep(
                    new DeviceRecord(
                            kind,
                            checked,
                            settings.socket(new NamedSocket(checked, path)),
                            domain.isPresent() ? Maker.HOOK : Maker.OPERATOR,
                            domain));
        } catch (TypeConversionException | SocketPathException | InvalidPathException e) {
            throw new ControlException(e.getMessage(), e);
        }
        return row(name);
    }

    /** Whose the device shall be, as if the hook had made it. */
    private static Optional<DomainId> domain(ControlArguments arguments) throws ControlException {
        Optional<String> name = arguments.optionalText("domain");
        return name.isEmpty()
                ? Optional.empty()
                : Optional.of(new DomainId(name.get(), arguments.text("domainUuid")));
    }

    Object delete(ControlArguments arguments) throws ControlException {
        boolean isForced = arguments.flag("force");
        String name = arguments.onlyText("name");
        Optional<SessionStatus> frontend =
                devices.ask(name, device -> device.socket().status().frontend());
        if (frontend.isPresent() && !isForced) {
            throw new ControlException(
                    "%s %s is in use by process %d: detach it from its guest first, or --force"
                            .formatted(kind.noun(), name, frontend.get().pid()));
        }
        all.deleteAndKeep(kind, name);
        return Map.of("name", name);
    }

    /** How it stands between us and the IOhyp. */
    static void addState(Map<String, Object> row, boolean isAttached, String refusal) {
        String state = refusal == null ? "waiting" : "refused";
        row.put("state", isAttached ? "attached" : state);
        row.put("reason", isAttached || refusal == null ? "" : refusal);
    }

    /** How it stands between us and the guest. */
    static void addSocket(Map<String, Object> row, DeviceStatus device) {
        row.put("socket", device.socket());
        row.put("frontend", device.frontend().map(SessionStatus::pid).orElse(null));
        row.put("queuesRunning", device.frontend().map(SessionStatus::queuesRunning).orElse(0));
    }
}
