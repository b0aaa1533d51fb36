// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec;
import io.vrio.common.state.RecordFields;
import io.vrio.common.state.RecordFormat;
import io.vrio.common.state.StateException;
import java.time.Instant;

/** NICs in {@code nics.json}. */
final class NicFormat implements RecordFormat<NicRecord> {
    @Override
    public String kind() {
        return "NIC";
    }

    @Override
    public String listName() {
        return "nics";
    }

    @Override
    public boolean isName(String name) {
        return DeviceName.isLegal(name);
    }

    @Override
    public NicRecord read(RecordFields fields) throws StateException {
        return new NicRecord(
                fields.name(),
                backend(fields.text("backend")),
                fields.flag("linkUp"),
                Instant.parse(fields.text("created")));
    }

    private static NicSpec backend(String text) throws StateException {
        try {
            return NicSpec.parse(text);
        } catch (BackendException e) {
            throw new StateException(e.getMessage(), e);
        }
    }

    @Override
    public void write(NicRecord record, ObjectNode target) {
        target.put("name", record.name())
                .put("backend", record.spec().text())
                .put("linkUp", record.isLinkUp())
                .put("created", record.created().toString());
    }
}
