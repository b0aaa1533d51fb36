// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static io.vrio.backends.net.SwitchFixture.A;
import static io.vrio.backends.net.SwitchFixture.B;
import static io.vrio.backends.net.SwitchFixture.C;
import static io.vrio.backends.net.SwitchFixture.D;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vrio.backends.block.BackendException;
import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetDrop;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest that floods hurts nobody but itself. */
class SwitchFloodTest {
    private static final long BROADCAST = MacAddress.BROADCAST;

    private final SwitchFixture fixture = new SwitchFixture();
    private SwitchGuest hostile;
    private SwitchGuest b;
    private SwitchGuest c;

    @BeforeEach
    void open() throws BackendException {
        hostile = fixture.guest("hostile", "switch:lan,spoof");
        b = fixture.guest("b", "switch:lan");
        c = fixture.guest("c", "switch:lan");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static void repeat(int times, SwitchGuest sender, long target, long source) {
        for (int i = 0; i < times; i++) {
            sender.send(target, source, i);
        }
    }

    @Test
    void shouldLimitTheCopiesOfBroadcasts() {
        repeat(SwitchPort.COPIES_BURST, hostile, BROADCAST, A);

        assertEquals(SwitchPort.COPIES_BURST / 2, b.take().size());
        assertEquals(SwitchPort.COPIES_BURST / 2, hostile.dropped(NetDrop.RATE_LIMITED));
    }

    @Test
    void shouldLetBroadcastsThroughAgainWithTime() {
        repeat(SwitchPort.COPIES_BURST, hostile, BROADCAST, A);
        b.take();
        fixture.clock().advance(1_000_000);

        repeat(1000, hostile, BROADCAST, A);

        assertEquals(SwitchPort.COPIES_PER_SECOND / 1000 / 2, b.take().size());
    }

    @Test
    void shouldLimitFramesToUnknownStationsOnTheirOwn() {
        repeat(SwitchPort.COPIES_BURST, hostile, BROADCAST, A);
        b.take();

        repeat(SwitchPort.COPIES_BURST, hostile, D, A);

        assertEquals(SwitchPort.COPIES_BURST / 2, b.take().size());
    }

    @Test
    void shouldNotLimitFramesToKnownStations() {
        b.send(BROADCAST, B, 0);
        repeat(SwitchPort.COPIES_BURST, hostile, BROADCAST, A);
        b.take();

        repeat(2 * SwitchPort.COPIES_BURST, hostile, B, A);

        assertEquals(2 * SwitchPort.COPIES_BURST, b.take().size());
    }

    @Test
    void shouldNotLimitOthersForAFloodOfOne() {
        repeat(2 * SwitchPort.COPIES_BURST, hostile, BROADCAST, A);
        c.take();

        assertNull(b.send(BROADCAST, B, 1));

        assertEquals(1, c.take().size());
    }

    @Test
    void shouldKeepAFloodOfSourceAddressesInItsOwnRoom() throws BackendException {
        SwitchGuest router = fixture.guest("router", "switch:lan,spoof");
        for (int i = 0; i < 100_000; i++) {
            hostile.send(B, D + i, i);
        }

        router.send(BROADCAST, C, 1);
        router.take();
        hostile.take();
        b.send(C, B, 2);

        assertEquals(List.of(SwitchedCopy.untagged(C, B, 2)), router.take());
        assertEquals(List.of(), hostile.take());
        assertEquals(
                (long) MacTable.PER_PORT_MAX, hostile.port().counters().get("addresses_learned"));
        assertEquals(
                100_000L - MacTable.PER_PORT_MAX,
                hostile.port().counters().get("addresses_not_learned"));
    }

    @Test
    void shouldLetAGuestOfOneAddressLearnNothing() {
        for (int i = 0; i < 1000; i++) {
            b.send(BROADCAST, B + i, i);
        }

        assertEquals(999, b.dropped(NetDrop.SPOOFED));
        assertEquals(0L, b.port().counters().get("addresses_learned"));
        assertEquals(1, c.take().size());
    }

    @Test
    void shouldRefuseOnePortTooMany() throws BackendException {
        for (int i = 3; i < VirtualSwitch.PORTS_MAX; i++) {
            fixture.open("n" + i, "switch:lan");
        }

        BackendException refusal =
                assertThrows(BackendException.class, () -> fixture.open("more", "switch:lan"));
        assertEquals("switch lan has 1024 ports already; remove one of them", refusal.getMessage());
    }
}
