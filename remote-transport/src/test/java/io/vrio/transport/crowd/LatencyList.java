// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.crowd;

import java.util.Arrays;

/** How long requests took. One thread. */
final class LatencyList {
    private long[] valuesNs = new long[1024];
    private int count;

    void add(long valueNs) {
        if (count == valuesNs.length) {
            valuesNs = Arrays.copyOf(valuesNs, 2 * count);
        }
        valuesNs[count++] = valueNs;
    }

    void addAll(LatencyList other) {
        for (int i = 0; i < other.count; i++) {
            add(other.valuesNs[i]);
        }
    }

    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    /** What so many of a hundred do not exceed; 0 when there are none. */
    long percentileNs(double percent) {
        long[] sorted = Arrays.copyOf(valuesNs, count);
        Arrays.sort(sorted);
        int index = (int) Math.ceil(percent / 100 * count) - 1;
        return count == 0 ? 0 : sorted[Math.max(0, index)];
    }
}
