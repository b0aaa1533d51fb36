// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.backends.iohyp.DiskStatus;
import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import io.vrio.common.agent.Worker;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What an operator may ask of the disks of an IOhyp. Control thread; executed on the worker. */
final class IohypDiskControl {
    private final Worker worker;
    private final DiskRegistry registry;

    IohypDiskControl(Worker worker, DiskRegistry registry) {
        this.worker = worker;
        this.registry = registry;
    }

    Map<String, ControlCommand> commands() {
        return Map.of(
                "disk list", this::list,
                "disk show", this::show,
                "disk stats", this::stats,
                "disk create", this::create,
                "disk delete", this::delete,
                "disk resize", this::resize);
    }

    private Object list(ControlArguments arguments) throws ControlException {
        arguments.end();
        return ask(registry::list).stream().map(IohypDiskControl::disk).toList();
    }

    private Object show(ControlArguments arguments) throws ControlException {
        String name = arguments.onlyText("name");
        return disk(ask(() -> registry.show(name)));
    }

    private Object stats(ControlArguments arguments) throws ControlException {
        String name = arguments.onlyText("name");
        return ask(() -> registry.show(name)).counters();
    }

    private Object create(ControlArguments arguments) throws ControlException {
        String name = arguments.text("name");
        String backend = arguments.text("backend");
        arguments.end();
        return disk(ask(() -> registry.create(name, BackendSpec.parse(backend))));
    }

    private Object delete(ControlArguments arguments) throws ControlException {
        boolean isForced = arguments.flag("force");
        String name = arguments.onlyText("name");
        if (isForced) {
            throw new ControlException(
                    "an IOhyp takes no disk away by force: delete it at its server first");
        }
        return ask(
                () -> {
                    registry.remove(name);
                    return Map.of("name", name);
                });
    }

    private Object resize(ControlArguments arguments) throws ControlException {
        long size = arguments.number("size");
        boolean mayShrink = arguments.flag("shrink");
        String name = arguments.onlyText("name");
        return disk(ask(() -> registry.resize(name, size, mayShrink)));
    }

    private <T> T ask(OnWorker.Question<T> question) throws ControlException {
        return OnWorker.ask(worker, question);
    }

    private static Map<String, Object> disk(DiskStatus disk) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", disk.name());
        row.put("backend", disk.backend());
        row.put("capacity", disk.capacity());
        row.put("allocated", disk.allocated());
        row.put("blockSize", disk.blockSize());
        row.put("readOnly", disk.isReadOnly());
        row.put("serial", disk.serial());
        row.put("state", disk.state().name().toLowerCase(Locale.ROOT));
        row.put("failure", disk.failure());
        row.put("server", disk.claimedBy());
        row.put("serverSince", disk.claimedSince());
        row.put("requestsUnderWay", disk.requestsUnderWay());
        row.put("kept", disk.isKept());
        return row;
    }
}
