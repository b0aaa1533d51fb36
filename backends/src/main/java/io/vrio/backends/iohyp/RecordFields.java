// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.backends.block.BackendException;

/** The fields of one record of a state file, which anybody may have edited. */
final class RecordFields {
    private final JsonNode fields;
    private final String name;

    RecordFields(JsonNode fields, String kind) throws BackendException {
        this.fields = fields;
        JsonNode given = fields.path("name");
        if (!given.isTextual()) {
            throw new BackendException("a " + kind + " has no name");
        }
        name = given.textValue();
        if (!DeviceName.isLegal(name)) {
            throw new BackendException("it holds an impossible name of a " + kind);
        }
    }

    String name() {
        return name;
    }

    String text(String field) throws BackendException {
        JsonNode value = fields.path(field);
        if (!value.isTextual()) {
            throw missing(field);
        }
        return value.textValue();
    }

    long number(String field) throws BackendException {
        JsonNode value = fields.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw missing(field);
        }
        return value.longValue();
    }

    boolean flag(String field) throws BackendException {
        JsonNode value = fields.path(field);
        if (!value.isBoolean()) {
            throw missing(field);
        }
        return value.booleanValue();
    }

    private static BackendException missing(String field) {
        return new BackendException("it has no " + field);
    }
}
