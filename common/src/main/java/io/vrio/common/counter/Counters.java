// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.counter;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The counters of one owner, one per constant of an enum. Written and read by the owner's worker
 * only; others ask the worker for a {@link #snapshot}.
 */
public final class Counters<E extends Enum<E> & CounterId> {
    private final E[] ids;
    private final long[] values;

    public Counters(Class<E> type) {
        ids = type.getEnumConstants();
        values = new long[ids.length];
    }

    public void increment(E id) {
        values[id.ordinal()]++;
    }

    public void add(E id, long amount) {
        values[id.ordinal()] += amount;
    }

    public long value(E id) {
        return values[id.ordinal()];
    }

    /** A copy by lower-case name, in the order of declaration. */
    public Map<String, Long> snapshot() {
        Map<String, Long> copy = new LinkedHashMap<>();
        for (E id : ids) {
            copy.put(id.name().toLowerCase(Locale.ROOT), values[id.ordinal()]);
        }
        return copy;
    }
}
