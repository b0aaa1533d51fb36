// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.transport.secure.HandshakeMessage;
import io.vrio.transport.secure.HandshakeMessage.Answer;
import io.vrio.transport.secure.HandshakeMessage.Opening;
import io.vrio.transport.secure.HandshakeMessage.Refusal;
import io.vrio.transport.secure.KeyExchange;
import io.vrio.transport.secure.KeyExchange.Attempt;
import io.vrio.transport.secure.NoiseHandshake;
import io.vrio.transport.secure.PresharedKey;
import io.vrio.transport.secure.RefusalReason;
import io.vrio.transport.wire.FrameHeader;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.ObjIntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Nobody gets more bytes for a frame that is not authenticated than it has: who pretends to be
 * somebody else cannot have us flood him.
 */
final class AmplificationTest {
    private static final String NAME = "alpha";
    private static final int ROUNDS = 300;

    private final SecureRandom random = new SecureRandom();
    private final PresharedKey key = PresharedKey.random(random);

    private static byte[] opening(String name) {
        return HandshakeMessage.encode(new Opening(name, new byte[NoiseHandshake.OVERHEAD]));
    }

    private static void sendAt(RawEnd end, long sequence, byte[] bytes) {
        end.load(bytes).sendAt(sequence);
    }

    /** What somebody whom an IOhyp does not know can send. */
    enum Stranger {
        SYN((end, round) -> end.sendSyn(round)),
        SYN_ACK((end, round) -> end.sendSynAck(round)),
        RST((end, round) -> end.sendRst()),
        FIN((end, round) -> end.sendFin()),
        ONE_BYTE((end, round) -> sendAt(end, round, new byte[1])),
        A_SUPER_FRAME((end, round) -> sendAt(end, round, new byte[64])),
        OPENING_UNINVITED((end, round) -> sendAt(end, round, opening("a")));

        private final ObjIntConsumer<RawEnd> attack;

        Stranger(ObjIntConsumer<RawEnd> attack) {
            this.attack = attack;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerAStrangerWithNoMore(Stranger stranger) {
        try (EndpointFixture fixture = new EndpointFixture(Optional.of(name -> key))) {
            RawEnd end = fixture.server(40_000);
            for (int round = 1; round <= ROUNDS; round++) {
                stranger.attack.accept(end, round);
                fixture.exchange(end);
                fixture.clock.advance(EndpointFixture.MS);
            }

            assertNoMore(end.traffic().sentBytes(), end.traffic().receivedBytes());
            assertEquals(0, fixture.endpoint.peers().size());
        }
    }

    private static void assertNoMore(long sent, long answered) {
        assertTrue(answered <= sent, answered + " bytes for " + sent);
    }

    /** What somebody can send who has received the SYN-ACK, but has no key. */
    enum Invited {
        WRONG_KEY(opening("a")),
        CUT_OPENING(new byte[] {1, (byte) HandshakeMessage.OPENING, 0, 5}),
        AN_ANSWER(HandshakeMessage.encode(new Answer(new byte[NoiseHandshake.OVERHEAD]))),
        A_REFUSAL(HandshakeMessage.encode(new Refusal(RefusalReason.NO_KEYS))),
        ONE_BYTE(new byte[1]),
        A_SUPER_FRAME(new byte[64]);

        private final byte[] bytes;

        Invited(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerWhoHasNoKeyWithNoMore(Invited invited) {
        try (EndpointFixture fixture = new EndpointFixture(Optional.of(name -> key))) {
            RawEnd end = fixture.server(40_000);
            for (int round = 1; round <= ROUNDS; round++) {
                end.sendSyn(round);
                fixture.exchange(end);
                end.send(invited.bytes);
                fixture.exchange(end);
                fixture.clock.advance(EndpointFixture.MS);
            }

            assertNoMore(end.traffic().sentBytes(), end.traffic().receivedBytes());
            assertEquals(0, fixture.endpoint.peers().size());
        }
    }

    /**
     * What somebody can send in the name of a peer, in an association that he sees but whose keys
     * he has not: {@code next} and {@code expected} are what the next true frame has.
     */
    enum Impostor {
        SYN((end, round) -> end.sendSyn(round)),
        RST((end, round) -> end.sendRst()),
        FIN((end, round) -> end.sendFin()),
        ONE_BYTE_AGAIN((end, round) -> sendAt(end, end.next - 5, new byte[1])),
        LONG_DUPLICATE((end, round) -> sendAt(end, end.next - 900, new byte[900])),
        OPENING_AGAIN((end, round) -> sendAt(end, end.next - 57, opening("alpha"))),
        NOT_SEALED((end, round) -> end.begin().sendAt(end.next)),
        ONE_BYTE((end, round) -> sendAt(end, end.next, new byte[1])),
        FIRST_BYTE((end, round) -> end.load(new byte[200]).sendPiece(0, 1)),
        BYTE_BEHIND_A_HOLE((end, round) -> end.load(new byte[200]).sendPiece(9, 1)),
        MANY_HOLES((end, round) -> end.load(new byte[900]).sendPiece(3 * round % 900, 1)),
        LONG_PIECE((end, round) -> end.load(new byte[2000]).sendPiece(500, 1400));

        private final ObjIntConsumer<RawEnd> attack;

        Impostor(ObjIntConsumer<RawEnd> attack) {
            this.attack = attack;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerAnImpostorOfAServerWithNoMore(Impostor impostor) {
        try (EndpointFixture fixture = new EndpointFixture(Optional.of(name -> key))) {
            RawEnd end = fixture.server(40_000);
            end.sendSyn(1000);
            fixture.exchange(end);
            Attempt attempt = new Attempt(NAME, end.next, end.expected);
            try (KeyExchange exchange = KeyExchange.begin(key, attempt, random)) {
                end.send(exchange.opening());
            }
            fixture.exchange(end);
            assertEquals(1, fixture.endpoint.peers().size());
            long next = end.next;
            long sent = end.traffic().sentBytes();
            long received = end.traffic().receivedBytes();
            for (int round = 1; round <= ROUNDS; round++) {
                end.next = next;
                impostor.attack.accept(end, round);
                fixture.exchange(end);
                fixture.clock.advance(EndpointFixture.MS);
            }

            assertNoMore(
                    end.traffic().sentBytes() - sent, end.traffic().receivedBytes() - received);
            assertEquals(1, fixture.endpoint.peers().size(), "it was ended");
        }
    }

    /** What a server sends while it greets, to which somebody adds frames, or nobody does. */
    private long greet(ObjIntConsumer<RawEnd> attack) throws Exception {
        // The same numbers each time.
        try (PeerFixture fixture = new PeerFixture(Optional.of(key))) {
            RawEnd end = fixture.iohyp;
            fixture.open(500);
            fixture.exchange();
            Attempt attempt = new Attempt(NAME, end.expected - opening(NAME).length, end.next);
            Opening opening = (Opening) HandshakeMessage.decode(end.handshakeMessage);
            end.send(KeyExchange.accept(key, attempt, opening, random).answer());
            fixture.exchange();
            assertEquals(PeerState.GREETING, fixture.state());
            long next = end.next;
            long before = end.traffic().receivedBytes() - end.traffic().sentBytes();
            for (int round = 1; round <= ROUNDS / 2; round++) {
                end.next = next;
                attack.accept(end, round);
                fixture.pass(PeerFixture.MS);
            }
            return end.traffic().receivedBytes() - end.traffic().sentBytes() - before;
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerAnImpostorOfAnIohypWithNoMore(Impostor impostor) throws Exception {
        long quiet = greet((end, round) -> {});

        assertTrue(greet(impostor.attack) <= quiet, "more than is sent without him");
    }

    @Test
    void shouldNotAnswerASynAckTwice() {
        try (PeerFixture fixture = new PeerFixture(Optional.of(key))) {
            fixture.open(500);
            fixture.exchange();
            assertEquals(PeerState.KEYING, fixture.state());
            int frames = fixture.iohyp.frames();
            for (int i = 0; i < 10; i++) {
                fixture.iohyp.sendSynAck(500);
                fixture.exchange();
            }

            assertEquals(frames, fixture.iohyp.frames());
            assertEquals(0, fixture.iohyp.count(FrameHeader.RST));
        }
    }
}
