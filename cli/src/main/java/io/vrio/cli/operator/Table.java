// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Rows under titles, as wide as what they hold: an answer for people. */
final class Table {
    private static final String GAP = "  ";

    private final List<Column> columns;

    Table(List<Column> columns) {
        this.columns = columns;
    }

    /** The lines for an array of objects; the titles alone when it is empty. */
    List<String> lines(JsonNode rows) {
        List<List<String>> cells = new ArrayList<>();
        cells.add(columns.stream().map(Column::title).toList());
        for (JsonNode row : rows) {
            cells.add(columns.stream().map(column -> column.text().apply(row)).toList());
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : cells) {
            lines.add(line(row, cells));
        }
        return lines;
    }

    /** The lines for one object: a name and a value each. */
    static List<String> pairs(JsonNode object, List<Column> columns) {
        int width = columns.stream().mapToInt(column -> column.title().length()).max().orElse(0);
        List<String> lines = new ArrayList<>();
        for (Column column : columns) {
            lines.add(pad(column.title(), width, false) + GAP + column.text().apply(object));
        }
        return lines;
    }

    private String line(List<String> row, List<List<String>> all) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            int column = i;
            int width = all.stream().mapToInt(cells -> cells.get(column).length()).max().orElse(0);
            line.append(i == 0 ? "" : GAP);
            line.append(pad(row.get(i), width, columns.get(i).isNumber()));
        }
        return line.toString().stripTrailing();
    }

    private static String pad(String text, int width, boolean isRight) {
        String space = " ".repeat(width - text.length());
        return isRight ? space + text : text + space;
    }
}
