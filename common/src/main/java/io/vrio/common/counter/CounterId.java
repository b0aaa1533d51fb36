// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.counter;

/** Names one counter of an enum of counters, with one sentence that tells what it counts. */
public interface CounterId {
    String name();

    int ordinal();

    /** One sentence: what one more of this means. */
    String meaning();
}
