// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.backends.iohyp.DiskStatus;
import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What an operator may ask of the disks of an IOhyp. Control thread; executed on its worker. */
final class IohypDiskControl {
    private final ExportedControl<DiskStatus, DiskRegistry> exported;

    IohypDiskControl(IohypDisks disks) {
        exported =
                new ExportedControl<>("disk", disks, IohypDiskControl::disk, DiskStatus::counters);
    }

    Map<String, ControlCommand> commands() {
        return Map.of(
                "disk list", exported::list,
                "disk show", exported::show,
                "disk stats", exported::stats,
                "disk create", this::create,
                "disk delete", exported::delete,
                "disk move", this::move,
                "disk resize", this::resize,
                "disk retry", exported::retry);
    }

    private Object create(ControlArguments arguments) throws ControlException {
        String name = arguments.text("name");
        String backend = arguments.onlyText("backend");
        return exported.shown(name, registry -> registry.create(name, BackendSpec.parse(backend)));
    }

    private Object move(ControlArguments arguments) throws ControlException {
        throw new ControlException(
                "the worker of a disk is chosen where the disk is served: run vrio disk move on the"
                        + " VM host");
    }

    private Object resize(ControlArguments arguments) throws ControlException {
        long size = arguments.number("size");
        boolean mayShrink = arguments.flag("shrink");
        String name = arguments.onlyText("name");
        return exported.shown(name, registry -> registry.resize(name, size, mayShrink));
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
        row.put("reservedFor", disk.reservedFor());
        row.put("reservedUntil", disk.reservedUntil());
        row.put("requestsUnderWay", disk.requestsUnderWay());
        row.put("kept", disk.isKept());
        return row;
    }
}
