// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.List;

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

    /** Writes the whole disk once, so that all later reads can be judged. */
    static final Workload FILL = new Workload("fill", true, false, LENGTH_MAX, 4);

    static Workload named(String name) {
        return ALL.stream()
                .filter(workload -> workload.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no row " + name + "; rows are " + names()));
    }

    private static List<String> names() {
        return ALL.stream().map(Workload::name).toList();
    }
}
