// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** The fields of one record of a state file, which anybody may have edited. */
public final class RecordFields {
    private final JsonNode fields;
    private final String name;

    RecordFields(JsonNode fields, RecordFormat<?> format) throws StateException {
        this.fields = fields;
        JsonNode given = fields.path("name");
        if (!given.isTextual()) {
            throw new StateException("a " + format.kind() + " has no name");
        }
        name = given.textValue();
        if (!format.isName(name)) {
            throw new StateException("it holds an impossible name of a " + format.kind());
        }
    }

    public String name() {
        return name;
    }

    public String text(String field) throws StateException {
        JsonNode value = fields.path(field);
        if (!value.isTextual()) {
            throw missing(field);
        }
        return value.textValue();
    }

    public long number(String field) throws StateException {
        JsonNode value = fields.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw missing(field);
        }
        return value.longValue();
    }

    public boolean flag(String field) throws StateException {
        JsonNode value = fields.path(field);
        if (!value.isBoolean()) {
            throw missing(field);
        }
        return value.booleanValue();
    }

    /** A text that may be absent. */
    public Optional<String> optionalText(String field) throws StateException {
        return fields.has(field) ? Optional.of(text(field)) : Optional.empty();
    }

    private static StateException missing(String field) {
        return new StateException("it has no " + field);
    }
}
