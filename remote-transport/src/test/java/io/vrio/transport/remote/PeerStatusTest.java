// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static io.vrio.transport.remote.EndpointFixture.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.transport.flow.AssociationStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an operator is told of a peer, while there is an association and when it is over. */
final class PeerStatusTest {
    private static List<PeerEventKind> kinds(PeerStatus peer) {
        return peer.events().stream().map(PeerEvent::kind).toList();
    }

    @Test
    void shouldTellAServerItsAssociationInNumbers() {
        try (PeerFixture fixture = new PeerFixture()) {
            fixture.establish();
            AssociationStatus association = fixture.peer.status().association();

            assertTrue(association.rtt().minNs() > 0, "no round trip was measured");
            assertTrue(association.rtt().minNs() <= association.rtt().smoothedNs());
            assertTrue(association.windows().creditBytes() > 0);
            assertTrue(association.windows().grantedBytes() > 0);
            assertEquals(0, association.windows().flightBytes());
            assertEquals("none", association.security());
        }
    }

    @Test
    void shouldTellAServerWhyItLostItsIohypAndWhyItIsNotBack() {
        try (PeerFixture fixture = new PeerFixture()) {
            fixture.establish();
            fixture.pass(PeerFixture.TIMEOUT_NS + 10_000 * PeerFixture.MS);
            PeerStatus status = fixture.peer.status();

            assertNull(status.association());
            assertEquals(
                    List.of(
                            PeerEventKind.ESTABLISHED,
                            PeerEventKind.LOST,
                            PeerEventKind.ATTEMPT_FAILED),
                    kinds(status));
            assertTrue(status.events().get(1).detail().contains("silent"));
            assertTrue(status.events().get(2).detail().contains("no answer"));
        }
    }

    @Test
    void shouldRememberAServerThatHasLeft() {
        try (EndpointFixture fixture = new EndpointFixture()) {
            RawEnd server = fixture.welcomed(40_000, "alpha", 1);
            assertEquals(List.of(), fixture.endpoint.formerPeers());
            server.sendRst();
            fixture.exchange(server);
            PeerStatus former = fixture.endpoint.formerPeers().get(0);

            assertEquals("alpha", former.peer());
            assertEquals(PeerState.GONE, former.state());
            assertEquals("the server broke off", former.reason());
            assertEquals(List.of(PeerEventKind.ESTABLISHED, PeerEventKind.LOST), kinds(former));
        }
    }

    @Test
    void shouldGoOnWithItsJournalWhenAServerComesBack() {
        try (EndpointFixture fixture = new EndpointFixture()) {
            RawEnd server = fixture.welcomed(40_000, "alpha", 1);
            server.sendFin();
            fixture.pass(server, 10 * MS);
            fixture.welcomed(40_001, "alpha", 2);

            assertEquals(List.of(), fixture.endpoint.formerPeers());
            assertEquals(
                    List.of(
                            PeerEventKind.ESTABLISHED,
                            PeerEventKind.ENDED,
                            PeerEventKind.RESTARTED,
                            PeerEventKind.ESTABLISHED),
                    kinds(fixture.endpoint.peers().get(0)));
        }
    }

    @Test
    void shouldRememberNothingOfWhoWasNeverWelcomed() {
        try (EndpointFixture fixture = new EndpointFixture()) {
            RawEnd stranger = fixture.welcomed(40_000, "no name with spaces", 1);
            stranger.sendRst();
            fixture.exchange(stranger);

            assertEquals(List.of(), fixture.endpoint.formerPeers());
        }
    }
}
