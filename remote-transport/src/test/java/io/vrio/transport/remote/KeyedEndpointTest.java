// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationCounter;
import io.vrio.transport.flow.Suspicion;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.secure.HandshakeMessage;
import io.vrio.transport.secure.HandshakeMessage.Answer;
import io.vrio.transport.secure.HandshakeMessage.Refusal;
import io.vrio.transport.secure.KeyExchange;
import io.vrio.transport.secure.KeyExchange.Attempt;
import io.vrio.transport.secure.KeyLimits;
import io.vrio.transport.secure.NoiseHandshake;
import io.vrio.transport.secure.PresharedKey;
import io.vrio.transport.secure.Protection;
import io.vrio.transport.secure.RefusalReason;
import io.vrio.transport.secure.SealedProtection;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.IpAddress;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An IOhyp that has keys, and those who come to it with the right one, a wrong one, or none. */
final class KeyedEndpointTest {
    private static final String NAME = "alpha";
    private static final int PORT = 40_000;

    private final SecureRandom random = new SecureRandom();
    private final PresharedKey key = PresharedKey.random(random);
    private final PresharedKey other = PresharedKey.random(random);
    private final EndpointFixture fixture =
            new EndpointFixture(Optional.of(name -> NAME.equals(name) ? key : null));
    private final RawEnd server = fixture.server(PORT);

    @AfterEach
    void close() {
        fixture.close();
    }

    private KeyExchange open(PresharedKey serverKey, String name) {
        server.sendSyn(1000);
        fixture.exchange(server);
        Attempt attempt = new Attempt(name, server.next, server.expected);
        KeyExchange exchange = KeyExchange.begin(serverKey, attempt, random);
        server.send(exchange.opening());
        fixture.exchange(server);
        return exchange;
    }

    /** Up to where the endpoint waits for what its welcome is acknowledged with. */
    private void greet(KeyExchange exchange) throws Exception {
        Answer answer = (Answer) HandshakeMessage.decode(server.handshakeMessage);
        long nowNs = fixture.clock.nanoTime();
        Protection sealed =
                new SealedProtection(exchange.onAnswer(answer), KeyLimits.DEFAULT, nowNs);
        try (Association association = fixture.associate(server, PORT, sealed);
                ControlChannel control = new ControlChannel(association)) {
            control.send(
                    new ControlMessage.Hello(
                            ControlMessage.VERSION, NAME, 1, 77, 1500, sealed.name(), 0));
            association.transmit(nowNs);
            server.next += association.counters().value(AssociationCounter.BYTES_SENT);
        }
        fixture.exchange(server);
    }

    private RefusalReason refusal() {
        HandshakeMessage message = HandshakeMessage.decode(server.handshakeMessage);
        return assertInstanceOf(Refusal.class, message).reason();
    }

    private long peers() {
        return fixture.endpoint.peers().size();
    }

    @Test
    void shouldLetInWhoHasTheKey() throws Exception {
        try (KeyExchange exchange = open(key, NAME)) {
            HandshakeMessage answer = HandshakeMessage.decode(server.handshakeMessage);

            assertNotNull(exchange.onAnswer(assertInstanceOf(Answer.class, answer)));
            assertEquals(1, peers());
        }
    }

    @Test
    void shouldRepeatItsAnswerAndNotItsWork() {
        try (KeyExchange exchange = open(key, NAME)) {
            byte[] answer = server.handshakeMessage;
            server.handshakeMessage = null;
            server.expected -= answer.length;
            server.next -= exchange.opening().length;
            server.send(exchange.opening());
            fixture.exchange(server);

            assertArrayEquals(answer, server.handshakeMessage);
            assertEquals(1, peers());
        }
    }

    @Test
    void shouldNotAnswerAFrameThatIsShorterThanTheAnswer() {
        try (KeyExchange exchange = open(key, NAME)) {
            server.handshakeMessage = null;
            server.expected -= HandshakeMessage.HEADER_LENGTH + NoiseHandshake.OVERHEAD;
            server.next -= exchange.opening().length;
            server.send(new byte[] {1, (byte) HandshakeMessage.OPENING, 0, 5});
            fixture.exchange(server);

            assertNull(server.handshakeMessage);
        }
    }

    @Test
    void shouldKeepNothingOfAWrongKey() {
        open(other, NAME).close();

        assertEquals(RefusalReason.WRONG_KEY, refusal());
        assertEquals(0, peers());
        assertEquals(EndpointFixture.BUFFERS, fixture.buffers.available());
    }

    @Test
    void shouldNotTellWhichNamesThereAre() {
        open(other, "nobody").close();

        assertEquals(RefusalReason.WRONG_KEY, refusal());
    }

    @Test
    void shouldLetInNobodyWithoutAKey() {
        server.sendSyn(1000);
        fixture.exchange(server);
        server.control(EndpointFixture.hello(NAME, 1));
        fixture.exchange(server);

        assertEquals(RefusalReason.KEY_NEEDED, refusal());
        assertEquals(0, peers());
    }

    @Test
    void shouldNotListenToAnOpeningOfAnotherAttempt() {
        byte[] recorded;
        try (KeyExchange exchange = open(key, NAME)) {
            recorded = exchange.opening();
        }
        RawEnd replaying = fixture.server(PORT + 1);
        replaying.sendSyn(1000);
        fixture.exchange(replaying);
        replaying.send(recorded);
        fixture.exchange(replaying);

        HandshakeMessage message = HandshakeMessage.decode(replaying.handshakeMessage);
        assertInstanceOf(Refusal.class, message);
        assertEquals(1, peers());
    }

    @Test
    void shouldBelieveAnRstOnlyWhenTheServerIsSilent() throws Exception {
        try (KeyExchange exchange = open(key, NAME)) {
            greet(exchange);
        }
        assertEquals(PeerState.ESTABLISHED, fixture.endpoint.peers().get(0).state());
        server.sendRst();
        fixture.exchange(server);
        assertEquals(1, peers(), "an RST is anybody's");
        fixture.pass(server, Suspicion.TIME_NS + 300 * EndpointFixture.MS);

        assertEquals(0, peers());
    }

    @Test
    void shouldNotBelieveAnRstThatCanAnswerNothing() {
        open(key, NAME).close();
        server.sendRst();
        fixture.pass(server, Suspicion.TIME_NS + 300 * EndpointFixture.MS);

        assertEquals(1, peers());
    }

    @Test
    void shouldNotAnswerWhatWasNotSealed() {
        open(key, NAME).close();
        int frames = server.frames();
        server.control(EndpointFixture.hello(NAME, 1));
        fixture.exchange(server);

        assertEquals(frames, server.frames());
        assertEquals(0, server.count(FrameHeader.RST));
        assertTrue(
                fixture.endpoint.peers().get(0).association().counters().get("dropped_forged") > 0,
                "it was not judged by its seal");
    }

    @Test
    void shouldLogAStrangerOnceAMinute() {
        LogLimit limit = new LogLimit();
        assertTrue(limit.mayLog(IpAddress.ipv4(1), 0));
        assertEquals(false, limit.mayLog(IpAddress.ipv4(1), LogLimit.INTERVAL_NS - 1));
        assertTrue(limit.mayLog(IpAddress.ipv4(2), LogLimit.INTERVAL_NS - 1));
        assertTrue(limit.mayLog(IpAddress.ipv4(1), LogLimit.INTERVAL_NS));
    }
}
