// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Whether a NIC shall carry frames. */
enum LinkState {
    UP,
    DOWN;

    /** As in the control protocol. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** From what the operator wrote. */
    static final class Converter implements ITypeConverter<LinkState> {
        @Override
        public LinkState convert(String value) {
            return switch (value) {
                case "up" -> UP;
                case "down" -> DOWN;
                default ->
                        throw new TypeConversionException(
                                "'" + value + "' is not a state of a link (legal: up, down)");
            };
        }
    }
}
