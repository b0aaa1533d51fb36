// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** Numbers as people read them, in tables. JSON has the plain numbers. */
final class Units {
    private static final String SIZES = "KMGTPE";

    private Units() {}

    static String size(JsonNode bytes) {
        if (!bytes.isNumber()) {
            return "-";
        }
        double number = bytes.asLong();
        int power = 0;
        while (number >= 1024 && power < SIZES.length()) {
            number /= 1024;
            power++;
        }
        if (power == 0) {
            return Long.toString(bytes.asLong());
        }
        String format = number == Math.rint(number) ? "%.0f%c" : "%.1f%c";
        return String.format(Locale.ROOT, format, number, SIZES.charAt(power - 1));
    }

    static String microseconds(JsonNode nanoseconds) {
        return nanoseconds.asLong() == 0
                ? "-"
                : String.format(Locale.ROOT, "%.0f us", nanoseconds.asLong() / 1000.0);
    }

    /** 3 s, 5 min, 2 h, 4 d. */
    static String age(JsonNode seconds) {
        long number = seconds.asLong();
        if (number < 120) {
            return number + " s";
        }
        if (number < 2 * 3600) {
            return number / 60 + " min";
        }
        return number < 2 * 86400 ? number / 3600 + " h" : number / 86400 + " d";
    }
}
