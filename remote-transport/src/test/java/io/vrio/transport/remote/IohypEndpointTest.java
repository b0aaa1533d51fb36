// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static io.vrio.transport.remote.EndpointFixture.BUFFERS;
import static io.vrio.transport.remote.EndpointFixture.MS;
import static io.vrio.transport.remote.EndpointFixture.TIMEOUT_NS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequestKind;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.IpAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is let in, who is sent away, and what a stranger can cost. */
final class IohypEndpointTest {
    private final EndpointFixture fixture = new EndpointFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private int peers() {
        return fixture.endpoint.peers().size();
    }

    private long counter(EndpointCounter id) {
        return fixture.endpoint.counters().value(id);
    }

    @Test
    void shouldWelcomeAServerThatGreets() {
        RawEnd server = fixture.welcomed(40_000, "alpha", 1);
        List<String> control = server.takeControl();
        assertEquals(1, control.size());
        assertTrue(control.get(0).startsWith("{\"type\":\"welcome\",\"version\":1,\"epoch\":7,"));
        assertEquals("alpha", fixture.endpoint.peers().get(0).peer());
        assertEquals(PeerState.ESTABLISHED, fixture.endpoint.peers().get(0).state());
    }

    @Test
    void shouldRememberNothingOfAFloodOfSyns() {
        fixture.floodWithSyns(2000);
        for (int i = 0; i < 100; i++) {
            fixture.endpoint.doWork();
        }
        assertEquals(2000, counter(EndpointCounter.SYNS));
        assertEquals(0, peers());
        assertEquals(BUFFERS, fixture.buffers.available());
    }

    @Test
    void shouldNotLetInWhoHasNotSeenTheSynAck() {
        RawEnd blind = fixture.server(40_000);
        blind.sendSyn(5);
        blind.control(EndpointFixture.hello("blind", 1));
        fixture.exchange(blind);
        assertEquals(0, peers());
        assertEquals(1, blind.count(FrameHeader.RST));
    }

    @Test
    void shouldNotLetInWhenTheCookieIsStale() {
        RawEnd late = fixture.server(40_000);
        late.sendSyn(5);
        fixture.exchange(late);
        fixture.clock.advance(33_000 * MS);
        late.control(EndpointFixture.hello("late", 1));
        fixture.exchange(late);
        assertEquals(0, peers());
    }

    @Test
    void shouldAnswerStrangersWithFewAndShortResets() {
        RawEnd stranger = fixture.server(40_000);
        stranger.expected = 1;
        for (int i = 0; i < 60; i++) {
            stranger.acknowledge();
        }
        fixture.exchange(stranger);
        assertEquals(16, stranger.count(FrameHeader.RST));
        assertEquals(FrameHeader.RST_LENGTH, stranger.resetLength());
        assertEquals(60 - 16, counter(EndpointCounter.FRAMES_UNKNOWN));
    }

    @Test
    void shouldAnswerStrangersAgainInTheNextInterval() {
        RawEnd stranger = fixture.server(40_000);
        stranger.expected = 1;
        for (int i = 0; i < 60; i++) {
            stranger.acknowledge();
        }
        fixture.exchange(stranger);
        fixture.clock.advance(100 * MS);
        stranger.acknowledge();
        fixture.exchange(stranger);
        assertEquals(17, stranger.count(FrameHeader.RST));
    }

    @Test
    void shouldNotAnswerAResetWithAReset() {
        RawEnd stranger = fixture.server(40_000);
        stranger.sendRst();
        fixture.exchange(stranger);
        assertEquals(0, stranger.frames());
    }

    @Test
    void shouldTakeARepeatedGreetingForTheDuplicateThatItIs() {
        RawEnd server = fixture.server(40_000);
        server.sendSyn(5);
        fixture.exchange(server);
        long first = server.next;
        server.control(EndpointFixture.hello("alpha", 1));
        server.sendAt(first);
        server.sendAt(first);
        fixture.exchange(server);
        assertEquals(1, peers());
        assertEquals(1, server.takeControl().size());
    }

    @Test
    void shouldSendAwayWhoGreetsTwice() {
        RawEnd server = fixture.welcomed(40_000, "alpha", 1);
        server.control(EndpointFixture.hello("alpha", 1));
        fixture.exchange(server);
        assertEquals(0, peers());
        assertEquals(1, server.count(FrameHeader.RST));
    }

    @Test
    void shouldNotBelieveAReplayedGreetingEnoughToTakeDisks() {
        RawEnd server = fixture.server(40_000);
        server.sendSyn(5);
        fixture.exchange(server);
        long first = server.next;
        server.control(EndpointFixture.hello("alpha", 1));
        byte[] greeting = server.bytes();
        fixture.exchange(server);
        long attachAt = server.next;
        server.control("{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}");
        byte[] attach = server.bytes();
        fixture.exchange(server);
        server.sendFin();
        fixture.exchange(server);
        assertEquals(0, peers());
        long claims = fixture.catalog.claims().size();

        RawEnd replay = fixture.server(40_000);
        replay.expected = server.expected;
        replay.next = first;
        replay.expected = cookie(server);
        replay.send(greeting);
        replay.next = attachAt;
        replay.send(attach);
        fixture.exchange(replay);
        assertEquals(claims, fixture.catalog.claims().size());
    }

    /** The acknowledgement of the SYN-ACK: the same cookie within its period. */
    private long cookie(RawEnd server) {
        RawEnd again = fixture.server(40_000);
        again.sendSyn(5);
        fixture.exchange(again);
        return again.expected;
    }

    @Test
    void shouldRefuseAnotherVersionWithALineForTheOperator() {
        RawEnd server = fixture.server(40_000);
        server.sendSyn(5);
        fixture.exchange(server);
        server.control(EndpointFixture.hello("alpha", 1).replace("version\":1", "version\":2"));
        fixture.exchange(server);
        String refusal = server.takeControl().get(0);
        assertTrue(refusal.contains("\"refused\""), refusal);
        assertTrue(refusal.contains("speaks protocol version 1, not 2"), refusal);
    }

    @Test
    void shouldRefuseANameThatWouldGarbleTheLog() {
        RawEnd server = fixture.server(40_000);
        server.sendSyn(5);
        fixture.exchange(server);
        server.control(EndpointFixture.hello("a\\nb", 1));
        fixture.exchange(server);
        assertTrue(server.takeControl().get(0).contains("visible ASCII"));
    }

    @Test
    void shouldEndTheOlderAssociationOfTheSameProcess() {
        RawEnd old = fixture.attached(40_000);
        RawEnd again = fixture.welcomed(40_001, "server-40000", 1);
        again.control("{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}");
        fixture.exchange(again);
        fixture.exchange(old);
        assertEquals(1, peers());
        assertEquals(0, old.takeSegments().size());
    }

    @Test
    void shouldAnswerWhereTheNewestFramesCameFrom() {
        try (RawEnd server = fixture.attached(1)) {
            sendFrom(server, 0x06);
            sendFrom(server, 0x06);
            int frames = server.frames();
            fixture.pass(server, 1500 * MS);
            assertEquals(frames, server.frames(), "it should answer that station");
            server.acknowledge();
            server.acknowledge();
            fixture.pass(server, 1500 * MS);
            assertTrue(server.frames() > frames, "it should answer this station again");
        }
    }

    @Test
    void shouldNotFollowOneFrameThatWasDamaged() {
        try (RawEnd server = fixture.attached(1)) {
            sendFrom(server, 0x06);
            int frames = server.frames();
            fixture.pass(server, 1500 * MS);
            assertTrue(server.frames() > frames);
        }
    }

    @Test
    void shouldNotAnswerAGroupOfStations() {
        try (RawEnd server = fixture.attached(1)) {
            sendFrom(server, 0x03);
            sendFrom(server, 0x03);
            int frames = server.frames();
            fixture.pass(server, 1500 * MS);
            assertTrue(server.frames() > frames);
        }
    }

    /** Something new, from a station with another first byte. */
    private void sendFrom(RawEnd server, int firstByte) {
        final int ethernetSource = 16;
        server.begin().sendSpoilt(headers -> headers.putByte(ethernetSource, (byte) firstByte));
        server.next += server.bytes().length;
        fixture.exchange(server);
    }

    @Test
    void shouldTellBackAnMssThatAMiddleboxHasLowered() {
        try (RawEnd server = fixture.server(1)) {
            server.mtu(1380);
            server.sendSyn(1000);
            fixture.exchange(server);
            assertEquals(1340, server.mss());
        }
    }

    @Test
    void shouldEndASilentServer() {
        RawEnd server = fixture.attached(40_000);
        fixture.pass(server, TIMEOUT_NS + 300 * MS);
        assertEquals(0, peers());
        assertEquals(1, server.count(FrameHeader.RST));
        assertTrue(fixture.catalog.claims().get(0).isClosed());
    }

    @Test
    void shouldKeepAServerThatIsHeardNowAndThen() {
        RawEnd server = fixture.attached(40_000);
        for (int i = 0; i < 6; i++) {
            fixture.pass(server, TIMEOUT_NS / 2);
            server.acknowledge();
        }
        assertEquals(1, peers());
    }

    @Test
    void shouldEndAServerThatSpeaksButTakesNothing() {
        RawEnd server = fixture.attached(40_000);
        server.isAcknowledging = false;
        for (int i = 0; i < 4; i++) {
            fixture.pass(server, TIMEOUT_NS);
            server.acknowledge();
        }
        assertEquals(0, peers());
    }

    @Test
    void shouldEndWhoOpensAnAssociationAndNeverGreets() {
        RawEnd server = fixture.server(40_000);
        server.sendSyn(5);
        fixture.exchange(server);
        for (int i = 0; i < 6; i++) {
            server.send(MessageKind.PROBE, 0, 1, new byte[1]);
            fixture.pass(server, TIMEOUT_NS / 2);
        }
        assertEquals(1, counter(EndpointCounter.ASSOCIATIONS_BEGUN));
        assertEquals(0, peers());
    }

    @Test
    void shouldNotRunOutOfMemoryForAnswersThatNobodyTakes() {
        RawEnd server = fixture.welcomed(40_000, "alpha", 1);
        server.isAcknowledging = false;
        for (int i = 0; i < 1000 && peers() == 1; i++) {
            server.begin();
            for (int j = 0; j < 60; j++) {
                server.addControl("{\"type\":\"attach\",\"flow\":3,\"disk\":\"nothing\"}");
            }
            server.send();
            fixture.clock.advance(MS);
            fixture.endpoint.doWork();
        }
        assertEquals(0, peers());
        assertEquals(BUFFERS, fixture.buffers.available());
    }

    @Test
    void shouldBelieveAFinOnlyFromItsPeer() {
        RawEnd server = fixture.attached(40_000);
        long right = server.next;
        server.next = right + (1L << 30);
        server.sendFin();
        fixture.exchange(server);
        assertEquals(1, peers());
        server.next = right;
        server.sendFin();
        fixture.exchange(server);
        assertEquals(0, peers());
        assertEquals(1, server.count(FrameHeader.FIN));
    }

    @Test
    void shouldSendAwayWhoSaysWhatOnlyAnIohypSays() {
        RawEnd server = fixture.attached(40_000);
        server.control("{\"type\":\"detach\",\"flow\":1}");
        fixture.exchange(server);
        assertEquals(1, peers());
        server.control("{\"type\":\"revoked\",\"flow\":1,\"reason\":\"x\"}");
        fixture.exchange(server);
        assertEquals(0, peers());
    }

    @Test
    void shouldNotGiveAllPlacesToOneHost() {
        for (int port = 1; port <= 80; port++) {
            fixture.welcomed(port, "server-" + port, 1);
        }
        assertEquals(64, peers());
    }

    /** What it sent then would carry no tag, never be taken, and end the association in the end. */
    @Test
    void shouldAskNothingOfAServerThatHasNotGreetedYet() {
        RawEnd server = fixture.server(40_000);
        server.sendSyn(1000);
        fixture.exchange(server);
        server.acknowledge();
        fixture.pass(server, 1500 * MS);
        assertEquals(List.of(), server.takeSegments());
        assertEquals(1, peers());

        server.control(EndpointFixture.hello("late", 1));
        fixture.exchange(server);
        assertTrue(server.takeControl().get(0).startsWith("{\"type\":\"welcome\""));
        server.acknowledge();
        fixture.pass(server, 1500 * MS);
        assertTrue(server.takeSegments().stream().anyMatch(s -> s.kind() == MessageKind.PROBE));
    }

    /** Whoever is in a network of IPv6 can have each of its addresses. */
    @Test
    void shouldNotGiveAllPlacesToOneNetwork() {
        IpAddress iohyp = IpAddress.parse("fd00::2");
        try (EndpointFixture wide = new EndpointFixture(Optional.empty(), iohyp)) {
            for (int host = 1; host <= 600; host++) {
                IpAddress address = new IpAddress(iohyp.high() + 1, host);
                wide.welcomed(address, 40_000, "server-" + host, 1);
            }
            assertEquals(512, wide.endpoint.peers().size());
            wide.welcomed(IpAddress.parse("fd00::3"), 40_000, "other", 1);
            assertEquals(513, wide.endpoint.peers().size());
        }
    }

    @Test
    void shouldNotTakeServersForSilentAfterAPauseOfItsOwn() {
        RawEnd first = fixture.attached(40_000);
        RawEnd last = fixture.attached(40_001);
        for (int i = 0; i < 100; i++) {
            first.acknowledge();
        }
        last.acknowledge();
        fixture.clock.advance(2 * EndpointFixture.TIMEOUT_NS);
        fixture.exchange(last);
        fixture.pass(last, 300 * MS);
        assertEquals(2, peers());
    }

    @Test
    void shouldServeOthersAfterAFaultWithOneServer() {
        RawEnd unlucky = fixture.attached(40_000);
        RawEnd other = fixture.attached(40_001);
        fixture.catalog.failAt(4096);
        EndpointFixture.sendRequest(
                unlucky, 1, EndpointFixture.request(BlockRequestKind.WRITE, 4096, 512, 512));
        fixture.exchange(unlucky);
        EndpointFixture.sendRequest(
                other, 1, EndpointFixture.request(BlockRequestKind.WRITE, 0, 512, 512));
        fixture.exchange(other);
        fixture.exchange(unlucky);
        assertEquals(1, other.takeSegments().size());
        assertEquals(1, unlucky.count(FrameHeader.RST));
    }

    @Test
    void shouldNotBeMovedByAFloorWhoseDifferenceWraps() {
        RawEnd server = fixture.attached(40_000);
        byte[] bytes = server.begin().bytes();
        ByteBuffer.wrap(bytes).putLong(16, server.next + Long.MIN_VALUE);
        server.send(bytes);
        fixture.exchange(server);
        assertEquals(1, counter(EndpointCounter.PROTOCOL_ERRORS));
    }

    @Test
    void shouldGiveEachAssociationAnotherTag() {
        RawEnd one = fixture.welcomed(40_000, "alpha", 1);
        RawEnd two = fixture.welcomed(40_001, "beta", 1);
        assertNotEquals(one.remoteTag, two.remoteTag);
    }
}
