// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

final class EventFdTest {
    private static final int F_SETFL = 4;
    private static final int F_GETFD = 1;

    @Test
    void shouldAdoptACounter() {
        try (EventFd event = EventFd.adopt(Linux.eventfd())) {
            event.signal();
            assertTrue(event.drain());
        }
    }

    @Test
    void shouldCloseWhatIsNoCounter() {
        int file = Linux.memfdCreate("not-a-counter");
        assertNull(EventFd.adopt(file));
        assertEquals(-9, Linux.fcntl(file, F_GETFD, 0));
    }

    @Test
    void shouldNotWaitForACounterWhoseSenderTookTheModeBack() {
        try (EventFd event = EventFd.adopt(Linux.eventfd())) {
            assertEquals(0, Linux.fcntl(event.fd(), F_SETFL, 0));
            Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(10), () -> assertFalse(event.drain()));
        }
    }
}
