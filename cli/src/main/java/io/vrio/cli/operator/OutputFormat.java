// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How an answer is printed. */
enum OutputFormat {
    TABLE,
    JSON;

    /** From what the operator wrote. */
    static final class Converter implements ITypeConverter<OutputFormat> {
        @Override
        public OutputFormat convert(String value) {
            return switch (value) {
                case "table" -> TABLE;
                case "json" -> JSON;
                default ->
                        throw new TypeConversionException(
                                "'" + value + "' is not a format (legal: table, json)");
            };
        }
    }
}
