// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

/**
 * How many workers a daemon may have: as many as its load needs, within these limits.
 *
 * @param min 1 to {@code max}
 * @param max up to {@link #LIMIT}
 */
public record WorkerCount(int min, int max) {
    /** Limit: workers of one daemon. */
    public static final int LIMIT = 64;

    /** Every daemon can live with this. */
    public static final WorkerCount ONE = new WorkerCount(1, 1);

    /** What an operator gets who does not choose: one, or as many as CPUs were named for them. */
    static WorkerCount byDefault(CpuList cpus) {
        return new WorkerCount(1, Math.max(1, Math.min(LIMIT, cpus.numbers().size())));
    }
}
