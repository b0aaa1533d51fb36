// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.iohyp.DeviceRegistry;
import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlException;
import java.util.Map;
import java.util.function.Function;

/**
 * What an operator may ask of the devices of an IOhyp, whatever their kind. Control thread;
 * executed on the device's worker.
 */
final class ExportedControl<S, R extends DeviceRegistry<S>> {
    private final String noun;
    private final ExportedDevices<S, R> devices;
    private final Function<S, Map<String, Object>> row;
    private final Function<S, Map<String, Long>> counters;

    /**
     * @param noun for error messages
     * @param row what the operator is shown of a device
     */
    ExportedControl(
            String noun,
            ExportedDevices<S, R> devices,
            Function<S, Map<String, Object>> row,
            Function<S, Map<String, Long>> counters) {
        this.noun = noun;
        this.devices = devices;
        this.row = row;
        this.counters = counters;
    }

    Object list(ControlArguments arguments) throws ControlException {
        arguments.end();
        return devices.list().stream().map(row).toList();
    }

    Object show(ControlArguments arguments) throws ControlException {
        String name = arguments.onlyText("name");
        return shown(name, registry -> registry.show(name));
    }

    Object stats(ControlArguments arguments) throws ControlException {
        String name = arguments.onlyText("name");
        return counters.apply(devices.ask(name, registry -> registry.show(name)));
    }

    Object retry(ControlArguments arguments) throws ControlException {
        String name = arguments.onlyText("name");
        return shown(name, registry -> registry.retry(name));
    }

    Object delete(ControlArguments arguments) throws ControlException {
        boolean isForced = arguments.flag("force");
        String name = arguments.onlyText("name");
        if (isForced) {
            throw new ControlException(
                    "an IOhyp takes no %s away by force: delete it at its server first"
                            .formatted(noun));
        }
        return devices.ask(
                name,
                registry -> {
                    registry.remove(name);
                    return Map.of("name", name);
                });
    }

    /** What has become of a device. */
    Object shown(String name, ExportedDevices.Question<R, S> change) throws ControlException {
        return row.apply(devices.ask(name, change));
    }
}
