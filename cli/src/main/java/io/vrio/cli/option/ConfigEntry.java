// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import java.util.List;

/**
 * One key of a configuration file, as written.
 *
 * @param values one, or those of a list
 * @param line where the key stands, from 1 on
 */
record ConfigEntry(String key, Shape shape, List<String> values, int line) {
    enum Shape {
        TEXT("a text"),
        NUMBER("a number"),
        BOOLEAN("true or false"),
        LIST("a list"),
        NOTHING("nothing"),
        OTHER("a nested mapping or list");

        private final String words;

        Shape(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }
}
