// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.iohyp.DeviceRegistry;
import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlException;
import io.vrio.common.agent.Worker;
import java.util.Map;
import java.util.function.Function;

/**
 * What an operator may ask of the devices of an IOhyp, whatever their kind. Control thread;
 * executed on the worker.
 */
final class ExportedControl<S> {
    private final String noun;
    private final Worker worker;
    private final DeviceRegistry<S> registry;
    private final Function<S, Map<String, Object>> row;
    private final Function<S, Map<String, Long>> counters;

    /**
     * @param noun for error messages
     * @param row what the operator is shown of a device
     */
    ExportedControl(
            String noun,
            Worker worker,
            DeviceRegistry<S> registry,
            Function<S, Map<String, Object>> row,
            Function<S, Map<String, Long>> counters) {
        this.noun = noun;
        this.worker = worker;
        this.registry = registry;
        this.row = row;
        this.counters = counters;
    }

    Object list(ControlArguments arguments) throws ControlException {
        arguments.end();
        return OnWorker.ask(worker, registry::list).stream().map(row).toList();
    }

    Object show(ControlArguments arguments) throws ControlException {
        String name = arguments.onlyText("name");
        return shown(() -> registry.show(name));
    }

    Object stats(ControlArguments arguments) throws ControlException {
        String name = arguments.onlyText("name");
        return counters.apply(OnWorker.ask(worker, () -> registry.show(name)));
    }

    Object retry(ControlArguments arguments) throws ControlException {
        String name = arguments.onlyText("name");
        return shown(() -> registry.retry(name));
    }

    Object delete(ControlArguments arguments) throws ControlException {
        boolean isForced = arguments.flag("force");
        String name = arguments.onlyText("name");
        if (isForced) {
            throw new ControlException(
                    "an IOhyp takes no %s away by force: delete it at its server first"
                            .formatted(noun));
        }
        return OnWorker.ask(
                worker,
                () -> {
                    registry.remove(name);
                    return Map.of("name", name);
                });
    }

    /** What has become of a device. */
    Object shown(OnWorker.Question<S> change) throws ControlException {
        return row.apply(OnWorker.ask(worker, change));
    }
}
