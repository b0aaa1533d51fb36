// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.common.state.RecordFields;
import io.vrio.common.state.RecordFormat;
import io.vrio.common.state.StateException;
import java.time.Instant;

/** Disks in {@code disks.json}. */
final class DiskFormat implements RecordFormat<DiskRecord> {
    @Override
    public String kind() {
        return "disk";
    }

    @Override
    public String listName() {
        return "disks";
    }

    @Override
    public boolean isName(String name) {
        return DeviceName.isLegal(name);
    }

    @Override
    public DiskRecord read(RecordFields fields) throws StateException {
        return new DiskRecord(
                fields.name(),
                backend(fields.text("backend")),
                fields.number("capacity"),
                fields.text("id"),
                Instant.parse(fields.text("created")));
    }

    private static BackendSpec backend(String text) throws StateException {
        try {
            return BackendSpec.parse(text);
        } catch (BackendException e) {
            throw new StateException(e.getMessage(), e);
        }
    }

    @Override
    public void write(DiskRecord record, ObjectNode target) {
        target.put("name", record.name())
                .put("backend", record.spec().text())
                .put("capacity", record.capacity())
                .put("id", record.id())
                .put("created", record.created().toString());
    }
}
