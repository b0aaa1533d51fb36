// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.transport.wire.Endpoint;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PeerJournalTest {
    private static final int HERE = 0x0A00_0001;
    private static final int THERE = 0x0A00_0002;

    private final PeerJournal journal = new PeerJournal();

    private static Endpoint at(int address, int port) {
        return new Endpoint(2, address, port);
    }

    private List<PeerEventKind> kinds() {
        return journal.events().stream().map(PeerEvent::kind).toList();
    }

    @Test
    void shouldTellTheOldestFirst() {
        journal.onEstablished(at(HERE, 40_000), 1500, 1, 10);
        journal.note(PeerEventKind.LOST, "silent", 20);

        assertEquals(
                List.of(
                        new PeerEvent(
                                PeerEventKind.ESTABLISHED, 10, 10, 1, "10.0.0.1:40000 mtu=1500"),
                        new PeerEvent(PeerEventKind.LOST, 20, 20, 1, "silent")),
                journal.events());
    }

    @Test
    void shouldNotLetANightOfVainAttemptsHideHowItBegan() {
        journal.onEstablished(at(HERE, 40_000), 1500, 1, 10);
        journal.note(PeerEventKind.LOST, "silent", 20);
        for (int second = 1; second <= 30_000; second++) {
            String reason = second % 2 == 0 ? "no host" : "no answer";
            journal.note(PeerEventKind.ATTEMPT_FAILED, reason, 20 + second);
        }

        assertEquals(
                List.of(
                        new PeerEvent(PeerEventKind.LOST, 20, 20, 1, "silent"),
                        new PeerEvent(
                                PeerEventKind.ATTEMPT_FAILED, 21, 30_019, 15_000, "no answer"),
                        new PeerEvent(PeerEventKind.ATTEMPT_FAILED, 22, 30_020, 15_000, "no host")),
                journal.events().subList(1, 4));
    }

    @Test
    void shouldKeepTheNewestWhenThereIsNoRoom() {
        IntStream.rangeClosed(1, 100)
                .forEach(i -> journal.note(PeerEventKind.LOST, "loss " + i, i));

        assertEquals(PeerJournal.EVENTS_MAX, journal.events().size());
        assertEquals("loss 69", journal.events().get(0).detail());
        assertEquals("loss 100", journal.last().detail());
    }

    @Test
    void shouldSayWhatIsNotAsItWas() {
        journal.onEstablished(at(HERE, 40_000), 9000, 1, 10);
        journal.note(PeerEventKind.ENDED, "stopped", 20);
        journal.onEstablished(at(THERE, 40_001), 1500, 2, 30);

        assertEquals(
                List.of(
                        PeerEventKind.ESTABLISHED,
                        PeerEventKind.ENDED,
                        PeerEventKind.ADDRESS_CHANGED,
                        PeerEventKind.MTU_CHANGED,
                        PeerEventKind.RESTARTED,
                        PeerEventKind.ESTABLISHED),
                kinds());
        assertEquals("from 10.0.0.1 to 10.0.0.2", journal.events().get(2).detail());
        assertEquals("9000 to 1500", journal.events().get(3).detail());
    }

    @Test
    void shouldNotTakeAnotherPortForAnotherAddress() {
        journal.onEstablished(at(HERE, 40_000), 1500, 1, 10);
        journal.note(PeerEventKind.LOST, "silent", 20);
        journal.onEstablished(at(HERE, 40_001), 1500, 1, 30);

        assertEquals(
                List.of(PeerEventKind.ESTABLISHED, PeerEventKind.LOST, PeerEventKind.ESTABLISHED),
                kinds());
    }

    @Test
    void shouldCountChangesOfKeys() {
        journal.onEstablished(at(HERE, 40_000), 1500, 1, 10);
        journal.onKeyPhases(0, 20);
        journal.onKeyPhases(1, 30);
        journal.onKeyPhases(1, 40);
        journal.onKeyPhases(2, 50);

        assertEquals(new PeerEvent(PeerEventKind.KEY_CHANGED, 30, 50, 2, ""), journal.last());
    }

    @Test
    void shouldForgetTheServerThatWasWelcomedLongestAgo() {
        PeerJournals journals = new PeerJournals();
        for (int i = 0; i < PeerJournals.SERVERS_MAX; i++) {
            journals.open("server-" + i, 0).onEstablished(at(HERE, i), 1500, 1, i);
        }
        journals.open("server-0", 0);
        journals.open("newcomer", 0).onEstablished(at(HERE, 1), 1500, 1, 5000);
        List<String> names = journals.former(List.of()).stream().map(PeerStatus::peer).toList();

        assertEquals(PeerJournals.SERVERS_MAX, names.size());
        assertEquals(false, names.contains("server-1"));
        assertEquals(true, names.contains("server-0"));
    }
}
