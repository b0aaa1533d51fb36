// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

/** What must be there again when everything has ended. */
final class Leaks {
    private Leaks() {}

    static void check(String what, long left, long expected) {
        if (left != expected) {
            throw new AssertionError(what + ": " + left + " at the end, not " + expected);
        }
    }
}
