// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What needs no privilege; interfaces are changed in the tests of network cards, as root. */
class RouteNetlinkTest {
    private final RouteNetlink netlink = new RouteNetlink();

    @AfterEach
    void close() {
        netlink.close();
    }

    @Test
    void shouldTellWhatTheLoopbackIs() {
        LinkStatus loopback = netlink.link("lo");
        assertEquals(Linux.interfaceIndex("lo"), loopback.index());
        assertEquals("lo", loopback.name());
        assertEquals("", loopback.kind());
        assertFalse(loopback.isEthernet());
        assertEquals(0, loopback.mac());
        assertTrue(loopback.mtu() >= 1500);
    }

    @Test
    void shouldFindTheSameByIndex() {
        LinkStatus loopback = netlink.link("lo");
        assertEquals(loopback.name(), netlink.link(loopback.index()).name());
    }

    @Test
    void shouldTellThatThereIsNone() {
        assertNull(netlink.link("no-such-if"));
        assertNull(netlink.link(Integer.MAX_VALUE));
    }

    @Test
    void shouldTellWhyTheKernelRefuses() {
        ErrnoException refusal =
                assertThrows(
                        ErrnoException.class,
                        () -> netlink.setMtu(Integer.MAX_VALUE, 1500, "MTU of nothing"));
        assertTrue(refusal.getMessage().startsWith("MTU of nothing: "), refusal.getMessage());
    }

    @Test
    void shouldHearNothingWhereNothingHappens() {
        try (LinkEvents events = new LinkEvents()) {
            assertFalse(events.take(Linux.interfaceIndex("lo")));
        }
    }
}
