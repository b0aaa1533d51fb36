// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LogLimitTest {
    private final LogLimit limit = new LogLimit(60);

    @Test
    void shouldLetOneLineThroughPerInterval() {
        assertTrue(limit.mayLog(-1000));
        assertFalse(limit.mayLog(-1000));
        assertFalse(limit.mayLog(-941));
        assertTrue(limit.mayLog(-940));
        assertFalse(limit.mayLog(-939));
    }
}
