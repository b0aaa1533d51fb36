// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.bench.verify.DiskModel;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One row of the table: what the guest does.
 *
 * @param length bytes of a request
 * @param depth requests in flight
 */
public record Workload(String name, boolean isWrite, boolean isRandom, int length, int depth) {
    /** Rows in the order of the table. */
    public static final List<Workload> ALL =
            List.of(
                    new Workload("rr4k-q1", false, true, 4 << 10, 1),
                    new Workload("rw4k-q1", true, true, 4 << 10, 1),
                    new Workload("rr4k-q32", false, true, 4 << 10, 32),
                    new Workload("rw4k-q32", true, true, 4 << 10, 32),
                    new Workload("sr128k-q8", false, false, 128 << 10, 8),
                    new Workload("sw128k-q8", true, false, 128 << 10, 8),
                    new Workload("sr1m-q4", false, false, 1 << 20, 4),
                    new Workload("sw1m-q4", true, false, 1 << 20, 4));

    /** Bytes of the largest request of any row. */
    public static final int LENGTH_MAX = 1 << 20;

    private static final Pattern NAME = Pattern.compile("([rs])([rw])(\\d+)([km])-q(\\d+)");

    /** Limit: entries of the guest's ring. */
    private static final int DEPTH_MAX = 256;

    /** Writes the whole disk once, so that all later reads can be judged. */
    static final Workload FILL = new Workload("fill", true, false, LENGTH_MAX, 4);

    /** By a name like those of the table: random or sequential, read or write, length, depth. */
    public static Workload named(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            throw unknown(name);
        }
        long unit = parts.group(4).equals("k") ? 1 << 10 : 1 << 20;
        long length = Long.parseLong(parts.group(3)) * unit;
        long depth = Long.parseLong(parts.group(5));
        boolean isWhole = length > 0 && length % DiskModel.BLOCK_LENGTH == 0;
        if (!isWhole || length > LENGTH_MAX || depth < 1 || depth > DEPTH_MAX) {
            throw unknown(name);
        }
        boolean isRandom = parts.group(1).equals("r");
        boolean isWrite = parts.group(2).equals("w");
        return new Workload(name, isWrite, isRandom, (int) length, (int) depth);
    }

    private static IllegalArgumentException unknown(String name) {
        List<String> names = ALL.stream().map(Workload::name).toList();
        return new IllegalArgumentException("no row " + name + "; rows are like " + names);
    }
}
