// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    /** A token each millisecond, 10 at once; the clock may start anywhere. */
    private static final long START_NS = Long.MAX_VALUE - 2_000_000;

    private final TokenBucket bucket = new TokenBucket(1000, 10, START_NS);

    @Test
    void shouldGiveABurstAtOnce() {
        assertTrue(bucket.take(10, START_NS));
        assertFalse(bucket.take(1, START_NS));
    }

    @Test
    void shouldTakeNothingWhenThereIsNotEnough() {
        assertFalse(bucket.take(11, START_NS));
        assertTrue(bucket.take(10, START_NS));
    }

    @Test
    void shouldGiveBackOneTokenPerMillisecond() {
        bucket.take(10, START_NS);

        assertFalse(bucket.take(4, START_NS + 3_999_999));
        assertTrue(bucket.take(4, START_NS + 4_000_000));
        assertFalse(bucket.take(1, START_NS + 4_000_000));
    }

    @Test
    void shouldNotSaveMoreThanABurst() {
        bucket.take(10, START_NS);

        assertTrue(bucket.take(10, START_NS + 3_600_000_000_000L));
        assertFalse(bucket.take(1, START_NS + 3_600_000_000_000L));
    }

    @Test
    void shouldLetThroughWhatCostsNothing() {
        bucket.take(10, START_NS);

        assertTrue(bucket.take(0, START_NS));
    }
}
