// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** The lowest, the middle and the highest of some values. */
public record Spread(double min, double median, double max) {
    /**
     * @param values one or more; of an even number, the median is the mean of the middle two
     */
    public static Spread of(DoubleStream values) {
        double[] sorted = values.toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no values");
        }
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        boolean isOdd = sorted.length % 2 == 1;
        double median = isOdd ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }

    /** Formats all three alike. */
    public String format(String format) {
        String all = format + " / " + format + " / " + format;
        return String.format(Locale.ROOT, all, min, median, max);
    }
}
