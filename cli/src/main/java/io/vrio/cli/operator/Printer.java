// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Prints answers in the format that the operator chose. */
final class Printer {
    private final PrintStream out;
    private final OutputFormat format;

    Printer(PrintStream out, OutputFormat format) {
        this.out = out;
        this.format = format;
    }

    /** An array of objects; JSON has all of their fields, the table has the columns. */
    void rows(JsonNode rows, List<Column> columns) {
        print(rows, new Table(columns).lines(rows));
    }

    /** One object; JSON has all of it, the table has the array that is its {@code field}. */
    void rowsOf(JsonNode object, String field, List<Column> columns) {
        print(object, new Table(columns).lines(object.path(field)));
    }

    /** Counters by device; JSON has them so, the table has a line for each counter. */
    void counters(ObjectNode byDevice) {
        ArrayNode rows = byDevice.arrayNode();
        for (Map.Entry<String, JsonNode> device : byDevice.properties()) {
            for (Map.Entry<String, JsonNode> counter : device.getValue().properties()) {
                rows.addObject()
                        .put("device", device.getKey())
                        .put("counter", counter.getKey())
                        .set("value", counter.getValue());
            }
        }
        List<Column> columns =
                List.of(
                        Column.text("DEVICE", "device"),
                        Column.text("COUNTER", "counter"),
                        Column.number("VALUE", "value"));
        print(byDevice, new Table(columns).lines(rows));
    }

    /**
     * One object, a line for each of its fields; those of inner objects stand beside them, and
     * lists of objects below, each as a table.
     */
    void object(JsonNode object) {
        List<Column> columns = new ArrayList<>();
        List<JsonNode> lists = new ArrayList<>();
        addFields(object, row -> row, columns, lists);
        List<String> lines = new ArrayList<>(Table.pairs(object, columns));
        for (JsonNode list : lists) {
            lines.add("");
            lines.addAll(new Table(columnsOf(list.get(0))).lines(list));
        }
        print(object, lines);
    }

    private static void addFields(
            JsonNode object,
            Function<JsonNode, JsonNode> way,
            List<Column> columns,
            List<JsonNode> lists) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            Function<JsonNode, JsonNode> further = way.andThen(o -> o.path(name));
            if (value.isObject()) {
                addFields(value, further, columns, lists);
            } else if (value.isArray() && value.path(0).isObject()) {
                lists.add(value);
            } else {
                columns.add(new Column(name, false, further.andThen(Column::plain)));
            }
        }
    }

    private static List<Column> columnsOf(JsonNode row) {
        return row.properties().stream()
                .map(field -> column(field.getKey(), field.getValue().isNumber()))
                .toList();
    }

    private static Column column(String field, boolean isNumber) {
        String title = field.replaceAll("([A-Z])", " $1").toUpperCase(Locale.ROOT);
        return new Column(title, isNumber, row -> Column.plain(row.path(field)));
    }

    /** One peer; JSON has all of it. */
    void peer(JsonNode peer) {
        print(peer, PeerPage.lines(peer));
    }

    /** That something was done: nothing for people, the object itself for programs. */
    void done(JsonNode object) {
        print(object, List.of());
    }

    private void print(JsonNode json, List<String> lines) {
        List<String> printed =
                switch (format) {
                    case TABLE -> lines;
                    case JSON -> List.of(json.toPrettyString());
                };
        printed.forEach(out::println);
    }
}
