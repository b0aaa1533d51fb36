// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/**
 * A column of a table.
 *
 * @param text what it shows of one object of the answer
 */
record Column(String title, boolean isNumber, Function<JsonNode, String> text) {
    /** Shown as it is, "-" when there is none. */
    static Column text(String title, String field) {
        return new Column(title, false, row -> plain(row.path(field)));
    }

    static Column number(String title, String field) {
        return new Column(title, true, row -> plain(row.path(field)));
    }

    /** Bytes in the largest unit that leaves a whole number, or one digit behind the point. */
    static Column size(String title, String field) {
        return new Column(title, true, row -> Units.size(row.path(field)));
    }

    /** The state, and why it is that one when {@code reasonField} says so. */
    static Column state(String reasonField) {
        return new Column(
                "STATE",
                false,
                row -> {
                    String reason = row.path(reasonField).asText();
                    String state = plain(row.path("state"));
                    return reason.isEmpty() ? state : state + ": " + plain(row.path(reasonField));
                });
    }

    /** Microseconds. */
    static Column microseconds(String title, String field) {
        return new Column(title, true, row -> Units.microseconds(row.path(field)));
    }

    static String plain(JsonNode value) {
        boolean isNothing = value.isMissingNode() || value.isNull() || value.asText().isEmpty();
        if (value.isContainerNode()) {
            return value.toString();
        }
        // A terminal obeys control characters; a name from a peer must not steer it.
        return isNothing ? "-" : value.asText().replaceAll("\\p{Cntrl}", "?");
    }
}
