// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How much a daemon logs. */
public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE;

    /** As the operator writes it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** From what the operator wrote. */
    public static final class Converter implements ITypeConverter<LogLevel> {
        @Override
        public LogLevel convert(String value) {
            for (LogLevel level : values()) {
                if (level.text().equals(value)) {
                    return level;
                }
            }
            throw new TypeConversionException(
                    "'" + value + "' is not a log level (legal: error, warn, info, debug, trace)");
        }
    }
}
