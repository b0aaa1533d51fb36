// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.clock.ManualClock;
import io.vrio.transport.remote.ClaimRefusedException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is remembered of claims, when it is written, and for how long it reserves a device. */
final class ClaimLedgerTest {
    private static final Instant NOW = Instant.parse("2025-01-02T03:04:05.25Z");
    private static final Instant GRACE_END = Instant.parse("2025-01-02T03:04:36Z");

    private final MemoryStore<KeptClaim> store = new MemoryStore<>(List.of());
    private final ManualClock clock = new ManualClock(Long.MAX_VALUE - 1);
    private final ArrayDeque<Runnable> commands = new ArrayDeque<>();
    private ClaimLedger ledger = start();

    /** A new life; what the former one has not written is lost. */
    private ClaimLedger start() {
        commands.clear();
        ledger = new ClaimLedger("disk", store, commands::add, clock, () -> NOW);
        return ledger;
    }

    private void runCommands() {
        while (!commands.isEmpty()) {
            commands.remove().run();
        }
    }

    @Test
    void shouldReserveEachDeviceForTheServerThatHadItWhenKilled() throws Exception {
        ledger.begin("a", "host-1");
        ledger.begin("b", "host-2");
        start();
        assertEquals(new Reservation("host-1", GRACE_END), ledger.reservation("a"));
        assertEquals(new Reservation("host-2", GRACE_END), ledger.reservation("b"));
        assertNull(ledger.reservation("c"));
    }

    @Test
    void shouldEndReservationsWithTheGraceTime() throws Exception {
        ledger.begin("a", "host-1");
        start();
        clock.advance(ClaimLedger.GRACE.toNanos() - 1);
        assertEquals("host-1", ledger.reservation("a").serverName());
        clock.advance(1);
        assertNull(ledger.reservation("a"));
    }

    @Test
    void shouldReserveOverTwoRestartsInARow() throws Exception {
        ledger.begin("a", "host-1");
        start();
        ledger.begin("b", "host-2");
        start();
        assertEquals("host-1", ledger.reservation("a").serverName());
        assertEquals("host-2", ledger.reservation("b").serverName());
    }

    @Test
    void shouldForgetReservationsThatNobodyCameFor() throws Exception {
        ledger.begin("a", "host-1");
        start();
        clock.advance(ClaimLedger.GRACE.toNanos());
        ledger.close();
        start();
        assertNull(ledger.reservation("a"));
    }

    @Test
    void shouldNotReserveWhatWasGivenBack() throws Exception {
        ledger.begin("a", "host-1");
        ledger.end("a");
        runCommands();
        start();
        assertNull(ledger.reservation("a"));
    }

    @Test
    void shouldNotReserveWhatWasGivenBackJustBeforeTheEnd() throws Exception {
        ledger.begin("a", "host-1");
        ledger.end("a");
        ledger.close();
        start();
        assertNull(ledger.reservation("a"));
    }

    @Test
    void shouldReserveWhatEndsWithTheIohyp() throws Exception {
        ledger.begin("a", "host-1");
        ledger.close();
        ledger.end("a");
        runCommands();
        start();
        assertEquals("host-1", ledger.reservation("a").serverName());
    }

    @Test
    void shouldReserveForTheLastOfTwoServers() throws Exception {
        ledger.begin("a", "host-1");
        ledger.end("a");
        ledger.begin("a", "host-2");
        start();
        assertEquals("host-2", ledger.reservation("a").serverName());
    }

    @Test
    void shouldWriteManyEndsAtOnce() throws Exception {
        ledger.begin("a", "host-1");
        ledger.begin("b", "host-1");
        ledger.end("a");
        ledger.end("b");
        runCommands();
        assertEquals(List.of(), store.records());
        assertEquals(3, store.saveCount());
    }

    @Test
    void shouldWriteNothingWhenAServerComesBackForWhatItHad() throws Exception {
        ledger.begin("a", "host-1");
        start();
        ledger.begin("a", "host-1");
        ledger.end("a");
        ledger.begin("a", "host-1");
        runCommands();
        assertEquals(1, store.saveCount());
        assertEquals(List.of(new KeptClaim("a", "host-1")), store.records());
    }

    @Test
    void shouldRefuseAClaimThatCannotBeRemembered() throws Exception {
        ledger.begin("a", "host-1");
        start();
        store.failWith("the disk is full");
        assertEquals(
                "this IOhyp cannot remember who has disk b: the disk is full; see to its state"
                        + " directory",
                assertThrows(ClaimRefusedException.class, () -> ledger.begin("b", "host-2"))
                        .getMessage());
        store.failWith("");
        ledger.begin("b", "host-2");
        start();
        assertEquals("host-1", ledger.reservation("a").serverName());
        assertEquals("host-2", ledger.reservation("b").serverName());
    }

    @Test
    void shouldWriteAClaimThatAFailureMayHaveLost() throws Exception {
        ledger.begin("a", "host-1");
        store.failWith("the disk is full");
        assertThrows(ClaimRefusedException.class, () -> ledger.begin("b", "host-2"));
        ledger.end("a");
        assertThrows(ClaimRefusedException.class, () -> ledger.begin("a", "host-1"));
        assertTrue(store.records().contains(new KeptClaim("a", "host-1")));
    }
}
