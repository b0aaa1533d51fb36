// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What has a flow, found by it without a search, however many there are. In pages, so that a few
 * take little memory. One worker.
 */
final class FlowTable<T> {
    /** Limit: flows are 16 bit. */
    static final int FLOW_MAX = 0xFFFF;

    private static final int PAGE_BITS = 8;
    private static final int PAGE_LENGTH = 1 << PAGE_BITS;

    private final IntFunction<T[]> arrays;
    private final List<T[]> pages =
            new ArrayList<>(Collections.nCopies((FLOW_MAX >> PAGE_BITS) + 1, null));

    /**
     * @param arrays makes an empty array
     */
    FlowTable(IntFunction<T[]> arrays) {
        this.arrays = arrays;
    }

    /** Null for a flow that has nothing, or is none. */
    T get(int flow) {
        if (flow < 0 || flow > FLOW_MAX) {
            return null;
        }
        T[] page = pages.get(flow >> PAGE_BITS);
        return page == null ? null : page[flow & PAGE_LENGTH - 1];
    }

    /**
     * @param flow has nothing yet
     */
    void put(int flow, T owner) {
        if (get(flow) != null) {
            throw new IllegalStateException("flow " + flow + " is taken");
        }
        int page = flow >> PAGE_BITS;
        if (pages.get(page) == null) {
            pages.set(page, arrays.apply(PAGE_LENGTH));
        }
        pages.get(page)[flow & PAGE_LENGTH - 1] = owner;
    }

    /** Returns what it had, or null. */
    T remove(int flow) {
        T owner = get(flow);
        if (owner != null) {
            pages.get(flow >> PAGE_BITS)[flow & PAGE_LENGTH - 1] = null;
        }
        return owner;
    }

    void clear() {
        Collections.fill(pages, null);
    }
}
