// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** How a command ended, and what it printed. */
record CommandOutcome(int exitStatus, String out, String err) {
    CommandOutcome assertOk() {
        assertEquals(0, exitStatus, err);
        return this;
    }

    /** It failed with this status, and said nothing but this line. */
    void assertRefused(int status, String line) {
        assertEquals(status + " " + line, exitStatus + " " + err.strip());
    }
}
