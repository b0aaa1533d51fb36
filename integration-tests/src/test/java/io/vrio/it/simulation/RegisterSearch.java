// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongBinaryOperator;

/**
 * Looks for an order in which one sector, a register, can have done a group of operations: each at
 * one moment between its begin and its end, so that each read finds the last change before it.
 * Changes of unknown fate may be left out, and repeatable ones take effect again, never after their
 * end. Tries all orders (Wing and Gong, 1993), and no situation twice (Lowe, 2017).
 */
final class RegisterSearch {
    /** Limit: operations of one group; each is a bit. */
    static final int OPERATIONS_MAX = 30;

    private final int sector;
    private final List<SectorOperation> operations;
    private final LongBinaryOperator look;
    private final Set<Situation> known = new HashSet<>();
    private final Set<Long> ends = new TreeSet<>();

    /** By operation: those that must be over before it may take effect. */
    private final int[] before;

    /**
     * @param over operations that can take effect no more
     * @param applied changes that have taken effect, and may again
     */
    private record Situation(int over, int applied, long version) {}

    private RegisterSearch(int sector, List<SectorOperation> operations, LongBinaryOperator look) {
        this.sector = sector;
        this.operations = operations;
        this.look = look;
        before = new int[operations.size()];
        for (int i = 0; i < before.length; i++) {
            for (int j = 0; j < before.length; j++) {
                before[i] |= operations.get(j).isBefore(operations.get(i)) ? 1 << j : 0;
            }
        }
    }

    /**
     * Returns the versions that the sector may hold afterwards; none when there is no such order.
     *
     * @param starts versions that it may hold at first
     * @param look 1 when a read of the first version may find the second one
     */
    static long[] ends(
            int sector, long[] starts, List<SectorOperation> operations, LongBinaryOperator look) {
        if (operations.size() > OPERATIONS_MAX) {
            throw new IllegalArgumentException(operations.size() + " operations in a group");
        }
        RegisterSearch search = new RegisterSearch(sector, operations, look);
        for (long start : starts) {
            search.visit(new Situation(0, 0, start));
        }
        return search.ends.stream().mapToLong(Long::longValue).toArray();
    }

    private void visit(Situation now) {
        if (!known.add(now)) {
            return;
        }
        if (now.over == (1 << operations.size()) - 1) {
            ends.add(now.version);
            return;
        }
        int read = readOf(now);
        if (read >= 0) {
            // It changes nothing, and nobody has to wait for it longer: later is never better.
            visit(new Situation(now.over | 1 << read, now.applied, now.version));
            return;
        }
        for (int i = 0; i < before.length; i++) {
            if (isPossible(i, now) && !operations.get(i).isRead()) {
                change(i, now);
            }
        }
    }

    private boolean isPossible(int index, Situation now) {
        return (now.over & 1 << index) == 0 && (before[index] & ~now.over) == 0;
    }

    /** A read that can have been done now, or -1. */
    private int readOf(Situation now) {
        for (int i = 0; i < before.length; i++) {
            SectorOperation operation = operations.get(i);
            if (operation.isRead()
                    && isPossible(i, now)
                    && look.applyAsLong(now.version, operation.seen(sector)) == 1) {
                return i;
            }
        }
        return -1;
    }

    private void change(int index, Situation now) {
        SectorOperation operation = operations.get(index);
        int bit = 1 << index;
        if (!operation.isSure(sector) || (now.applied & bit) != 0) {
            visit(new Situation(now.over | bit, now.applied, now.version));
        }
        int over = operation.isRepeatable ? now.over : now.over | bit;
        visit(new Situation(over, now.applied | bit, operation.version));
    }
}
