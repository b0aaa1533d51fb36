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

    /** What an operator gets who does not choose: as many as CPUs were named for them. */
    static WorkerCount byDefault(CpuList cpus) {
        int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        int max = cpus.isEmpty() ? half : cpus.numbers().size();
        return new WorkerCount(1, Math.min(LIMIT, max));
    }
}
