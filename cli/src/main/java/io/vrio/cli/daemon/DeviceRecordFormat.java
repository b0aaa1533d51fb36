// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vrio.common.io.DeviceName;
import io.vrio.common.state.RecordFields;
import io.vrio.common.state.RecordFormat;
import io.vrio.common.state.StateException;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.hook.DeviceRecord;
import io.vrio.libvirt.hook.DeviceRecord.Maker;
import io.vrio.libvirt.hook.DomainId;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The devices of one kind of a server in {@code disks.json} or {@code nics.json}.
 *
 * @param boot tells this run of the host's kernel from others: no domain outlives it
 */
record DeviceRecordFormat(DeviceKind deviceKind, String boot)
        implements RecordFormat<DeviceRecord> {
    @Override
    public String kind() {
        return deviceKind.noun();
    }

    @Override
    public String listName() {
        return deviceKind.command() + "s";
    }

    @Override
    public boolean isName(String name) {
        return DeviceName.isLegal(name);
    }

    @Override
    public DeviceRecord read(RecordFields fields) throws StateException {
        boolean isOfThisBoot = fields.text("boot").equals(boot);
        Optional<String> domain = fields.optionalText("domain").filter(name -> isOfThisBoot);
        return new DeviceRecord(
                deviceKind,
                fields.name(),
                path(fields.text("socket")),
                maker(fields.text("maker")),
                domain.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new DomainId(domain.get(), fields.text("uuid"))));
    }

    private static Path path(String text) throws StateException {
        try {
            Path path = Path.of(text);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            // Reported below, together with relative paths.
        }
        throw new StateException("its socket is not an absolute path");
    }

    private static Maker maker(String text) throws StateException {
        for (Maker maker : Maker.values()) {
            if (text(maker).equals(text)) {
                return maker;
            }
        }
        throw new StateException("it has an unknown maker");
    }

    /** As files and answers say it. */
    static String text(Maker maker) {
        return maker.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void write(DeviceRecord record, ObjectNode target) {
        target.put("name", record.name())
                .put("socket", record.socket().toString())
                .put("maker", text(record.maker()))
                .put("boot", boot);
        record.domain()
                .ifPresent(
                        domain -> target.put("domain", domain.name()).put("uuid", domain.uuid()));
    }
}
