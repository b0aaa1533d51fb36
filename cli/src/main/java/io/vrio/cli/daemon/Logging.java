// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.option.LogLevel;
import java.util.Map;

/**
 * Where and how this process logs: standard error, one line an event. Configured before the first
 * logger is made, once per process.
 */
final class Logging {
    private static final String PREFIX = "org.slf4j.simpleLogger.";

    private Logging() {}

    static void configure(LogLevel level, Map<String, String> environment) {
        // The journal adds its own time and the name of the service.
        boolean isJournal = environment.containsKey("JOURNAL_STREAM");
        set("logFile", "System.err");
        set("defaultLogLevel", level.text());
        set("showDateTime", String.valueOf(!isJournal));
        set("dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        set("showThreadName", "false");
        set("showLogName", "false");
        set("showShortLogName", "true");
    }

    private static void set(String key, String value) {
        System.setProperty(PREFIX + key, value);
    }
}
