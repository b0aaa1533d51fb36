// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The arguments of one request, each taken once and checked; what nobody took is an error, so that
 * a misspelt one is not silently without effect.
 */
public final class ControlArguments {
    private final ObjectNode fields;

    /** Takes over {@code fields}. */
    ControlArguments(ObjectNode fields) {
        this.fields = fields;
    }

    public String text(String name) throws ControlException {
        return optionalText(name)
                .orElseThrow(() -> new ControlException("argument '" + name + "' is missing"));
    }

    /** A text that is the last argument: others are an error. */
    public String onlyText(String name) throws ControlException {
        String text = text(name);
        end();
        return text;
    }

    public Optional<String> optionalText(String name) throws ControlException {
        JsonNode value = fields.remove(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new ControlException("argument '" + name + "' must be a text");
        }
        return Optional.of(value.textValue());
    }

    public long number(String name) throws ControlException {
        return optionalNumber(name)
                .orElseThrow(() -> new ControlException("argument '" + name + "' is missing"));
    }

    public OptionalLong optionalNumber(String name) throws ControlException {
        JsonNode value = fields.remove(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new ControlException("argument '" + name + "' must be a whole number");
        }
        return OptionalLong.of(value.longValue());
    }

    /** Whether an argument is there and true. */
    public boolean flag(String name) throws ControlException {
        JsonNode value = fields.remove(name);
        if (value != null && !value.isBoolean()) {
            throw new ControlException("argument '" + name + "' must be true or false");
        }
        return value != null && value.booleanValue();
    }

    /** Throws when an argument is left that no command takes. */
    public void end() throws ControlException {
        if (!fields.isEmpty()) {
            throw new ControlException("unknown argument '" + fields.fieldNames().next() + "'");
        }
    }
}
