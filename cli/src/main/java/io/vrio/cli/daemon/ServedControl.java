// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.daemon.ServedDevices.Served;
import io.vrio.cli.option.NamedSocket;
import io.vrio.cli.option.OptionTypes;
import io.vrio.common.sys.SocketPathException;
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
    private final String noun;
    private final ServerSettings settings;
    private final ServedDevices<R> devices;
    private final Function<Served<R>, Map<String, Object>> row;

    /**
     * @param noun for error messages
     * @param row what the operator is shown of a device
     */
    ServedControl(
            String noun,
            ServerSettings settings,
            ServedDevices<R> devices,
            Function<Served<R>, Map<String, Object>> row) {
        this.noun = noun;
        this.settings = settings;
        this.devices = devices;
        this.row = row;
    }

    Object list(ControlArguments arguments) throws ControlException {
        arguments.end();
        List<Object> rows = new ArrayList<>();
        for (String name : devices.names()) {
            rows.add(row.apply(devices.find(name)));
        }
        return rows;
    }

    Object show(ControlArguments arguments) throws ControlException {
        return row.apply(devices.find(arguments.onlyText("name")));
    }

    Object create(ControlArguments arguments) throws ControlException {
        Optional<String> socket = arguments.optionalText("socket");
        String name = arguments.onlyText("name");
        try {
            String checked = new OptionTypes.Name().convert(name);
            Path path = socket.isEmpty() ? null : Path.of(socket.get()).toAbsolutePath();
            devices.create(checked, settings.socket(new NamedSocket(checked, path)));
        } catch (TypeConversionException | SocketPathException | InvalidPathException e) {
            throw new ControlException(e.getMessage(), e);
        }
        return row.apply(devices.find(name));
    }

    Object delete(ControlArguments arguments) throws ControlException {
        boolean isForced = arguments.flag("force");
        String name = arguments.onlyText("name");
        Optional<SessionStatus> frontend = devices.find(name).socket().status().frontend();
        if (frontend.isPresent() && !isForced) {
            throw new ControlException(
                    "%s %s is in use by process %d: detach it from its guest first, or --force"
                            .formatted(noun, name, frontend.get().pid()));
        }
        devices.delete(name);
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
