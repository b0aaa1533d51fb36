// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class LinuxTest {
    @Test
    void shouldPassTheSixthArgument() {
        assertDoesNotThrow(Linux::selfTest);
    }

    @Test
    void shouldNameTheCallAndTheErrno() {
        ErrnoException failure =
                assertThrows(
                        ErrnoException.class,
                        () -> Linux.check(Linux.open("/no/such", 0, 0), "open /no/such"));
        assertEquals("open /no/such: No such file or directory (ENOENT)", failure.getMessage());
        assertEquals(Linux.ENOENT, failure.errno());
    }

    @Test
    void shouldTellTheKernelHowLateAThreadMayWake() {
        int getTimerSlack = 30;
        long before = Linux.c().prctl(getTimerSlack, 0, 0, 0, 0);
        Linux.timerSlackNs(7_000);
        assertEquals(7_000, Linux.c().prctl(getTimerSlack, 0, 0, 0, 0));
        Linux.timerSlackNs(before);
    }

    @Test
    void shouldReportASignalledEventOnce() {
        try (EventFd event = new EventFd()) {
            event.signal();
            event.signal();
            assertTrue(event.drain());
            assertFalse(event.drain());
        }
    }

    @Test
    void shouldTellWhichDescriptorIsReady() {
        try (Epoll epoll = new Epoll();
                EventFd quiet = new EventFd();
                EventFd ready = new EventFd()) {
            epoll.add(quiet.fd(), Epoll.READABLE, 3);
            epoll.add(ready.fd(), Epoll.READABLE, 7);
            ready.signal();
            assertEquals(1, epoll.await(0));
            assertEquals(7, epoll.key(0));
        }
    }
}
