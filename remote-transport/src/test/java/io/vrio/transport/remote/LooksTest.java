// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class LooksTest {
    private final Looks looks = new Looks();

    @Test
    void shouldExpectOneFrameAtATimeAtFirst() {
        assertFalse(looks.isBurst());
    }

    @Test
    void shouldExpectMoreAfterSeveralInOneLook() {
        looks.onLook(2);
        assertTrue(looks.isBurst());
    }

    @Test
    void shouldExpectMoreAfterOneInEachOfTwoLooks() {
        looks.onLook(1);
        looks.onLook(1);
        assertTrue(looks.isBurst());
    }

    @Test
    void shouldExpectNoMoreAfterOneThatCameAlone() {
        looks.onLook(5);
        looks.onLook(0);
        assertTrue(looks.isBurst(), "a pause tells nothing");
        looks.onLook(1);
        assertFalse(looks.isBurst());
    }

    @Test
    void shouldExpectOneAtATimeInARequestAndAnswerGame() {
        for (int i = 0; i < 3; i++) {
            looks.onLook(1);
            looks.onLook(0);
        }
        assertFalse(looks.isBurst());
    }
}
