// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * A sorted set of disjoint ranges {@code [start, limit)} of 64-bit sequence numbers, of a fixed
 * capacity. Touching ranges are one. One thread, no allocation after construction.
 */
public final class ByteRanges {
    private final long[] starts;
    private final long[] limits;
    private int count;

    /**
     * @param capacity ranges, 1 or more; an addition that would need more is refused
     */
    public ByteRanges(int capacity) {
        starts = new long[capacity];
        limits = new long[capacity];
    }

    public void clear() {
        count = 0;
    }

    public int count() {
        return count;
    }

    public long start(int index) {
        return starts[index];
    }

    public long limit(int index) {
        return limits[index];
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** Bytes of all ranges. */
    public long length() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += limits[i] - starts[i];
        }
        return sum;
    }

    /** Whether every byte of {@code [start, limit)} is in the set. */
    public boolean contains(long start, long limit) {
        int index = firstEndingAfter(start);
        return start >= limit
                || (index < count && starts[index] <= start && limits[index] >= limit);
    }

    /** Whether any byte of {@code [start, limit)} is in the set. */
    public boolean intersects(long start, long limit) {
        int index = firstEndingAfter(start);
        return start < limit && index < count && starts[index] < limit;
    }

    /**
     * Adds a range.
     *
     * @return false when the set is full and the range touches none of its ranges; nothing changed
     */
    public boolean add(long start, long limit) {
        if (start >= limit) {
            return true;
        }
        int from = firstEndingAtOrAfter(start);
        int to = from;
        while (to < count && starts[to] <= limit) {
            to++;
        }
        if (from == to) {
            return insert(from, start, limit);
        }
        starts[from] = Math.min(starts[from], start);
        limits[from] = Math.max(limits[to - 1], limit);
        removeBetween(from + 1, to);
        return true;
    }

    private boolean insert(int index, long start, long limit) {
        if (count == starts.length) {
            return false;
        }
        System.arraycopy(starts, index, starts, index + 1, count - index);
        System.arraycopy(limits, index, limits, index + 1, count - index);
        starts[index] = start;
        limits[index] = limit;
        count++;
        return true;
    }

    /**
     * Takes a range out.
     *
     * @return false when that would split a range and the set is full; nothing changed
     */
    public boolean remove(long start, long limit) {
        int from = firstEndingAfter(start);
        if (start >= limit || from == count || starts[from] >= limit) {
            return true;
        }
        if (starts[from] < start && limits[from] > limit) {
            long tail = limits[from];
            if (!insert(from + 1, limit, tail)) {
                return false;
            }
            limits[from] = start;
            return true;
        }
        if (starts[from] < start) {
            limits[from] = start;
            from++;
        }
        int to = from;
        while (to < count && limits[to] <= limit) {
            to++;
        }
        if (to < count && starts[to] < limit) {
            starts[to] = limit;
        }
        removeBetween(from, to);
        return true;
    }

    /** Takes everything below {@code limit} out. */
    public void removeBelow(long limit) {
        int to = firstEndingAfter(limit);
        if (to < count && starts[to] < limit) {
            starts[to] = limit;
        }
        removeBetween(0, to);
    }

    private void removeBetween(int from, int to) {
        if (from < to) {
            System.arraycopy(starts, to, starts, from, count - to);
            System.arraycopy(limits, to, limits, from, count - to);
            count -= to - from;
        }
    }

    private int firstEndingAfter(long position) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (limits[middle] > position) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private int firstEndingAtOrAfter(long position) {
        int index = firstEndingAfter(position);
        return index > 0 && limits[index - 1] == position ? index - 1 : index;
    }
}
