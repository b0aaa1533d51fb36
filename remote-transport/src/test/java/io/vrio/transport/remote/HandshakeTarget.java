// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.fuzz.FuzzInput;
import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.transport.ProtocolDocument;
import io.vrio.transport.secure.HandshakeException;
import io.vrio.transport.secure.HandshakeMessage;
import io.vrio.transport.secure.HandshakeMessage.Answer;
import io.vrio.transport.secure.KeyExchange;
import io.vrio.transport.secure.KeyExchange.Attempt;
import io.vrio.transport.secure.PresharedKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The first frame of a stranger, behind a right SYN, at an IOhyp with keys and at one without; and
 * the answer that a server gets. Nobody is let in who has no key, and nobody gets more bytes than
 * he has sent.
 */
public final class HandshakeTarget implements FuzzTarget {
    private static final int WITHOUT_KEYS = 1;
    private static final int AS_ANSWER = 2;
    private static final int COOKIE_SPOILT = 4;
    private static final int PAYLOAD_MAX = 2000;
    private static final String NAME = "alpha";

    private final RandomGenerator random = new SplittableRandom(1);
    private final PresharedKey key = new PresharedKey(new byte[PresharedKey.LENGTH]);
    private final EndpointFixture keyed =
            new EndpointFixture(Optional.of(name -> NAME.equals(name) ? key : null));
    private final EndpointFixture open = new EndpointFixture();
    private final RawEnd atKeyed = keyed.server(40_000);
    private final RawEnd atOpen = open.server(40_000);
    private final KeyExchange exchange =
            KeyExchange.begin(key, new Attempt(NAME, 1001, 5001), random);

    @Override
    public List<byte[]> seeds() {
        Stream<String> golden =
                Stream.of("opening", "answer", "refusal").map(ProtocolDocument::golden);
        String opening = HexFormat.of().formatHex(exchange.opening());
        return Stream.concat(golden, Stream.of(opening))
                .flatMap(hex -> Stream.of("00", "01", "02", "04").map(mode -> mode + hex))
                .map(HexFormat.of()::parseHex)
                .toList();
    }

    @Override
    public void run(byte[] input) {
        FuzzInput choices = new FuzzInput(input);
        int mode = choices.nextByte();
        byte[] payload = choices.nextBytes(PAYLOAD_MAX);
        if ((mode & AS_ANSWER) != 0) {
            answer(payload);
        } else if ((mode & WITHOUT_KEYS) != 0) {
            knock(open, atOpen, mode, payload);
        } else {
            knock(keyed, atKeyed, mode, payload);
            if (!keyed.endpoint.peers().isEmpty()) {
                throw new IllegalStateException("let in without the key");
            }
        }
    }

    private void answer(byte[] payload) {
        if (HandshakeMessage.decode(payload) instanceof Answer answer) {
            try {
                exchange.onAnswer(answer).close();
            } catch (HandshakeException e) {
                return;
            }
            throw new IllegalStateException("took an answer of who has not the key");
        }
    }

    private static void knock(EndpointFixture fixture, RawEnd end, int mode, byte[] payload) {
        if (payload.length == 0) {
            return;
        }
        fixture.clock.advance(EndpointFixture.MS);
        end.sendSyn(1000);
        fixture.exchange(end);
        long cookie = end.expected;
        end.expected += (mode & COOKIE_SPOILT) != 0 ? 1 : 0;
        end.forgetFrames();
        end.handshakeMessage = null;
        end.send(payload);
        fixture.exchange(end);
        checkAnswer(end, payload);
        end.expected = cookie;
        // Whoever was let in leaves.
        end.sendRst();
        fixture.exchange(end);
        fixture.checkClean(0);
    }

    private static void checkAnswer(RawEnd end, byte[] payload) {
        byte[] answer = end.handshakeMessage;
        if (answer != null && answer.length > payload.length) {
            throw new IllegalStateException(
                    "answered " + Arrays.toString(payload) + " with " + answer.length + " bytes");
        }
        if (end.frames() > 1) {
            throw new IllegalStateException(end.frames() + " frames in answer to one");
        }
    }

    @Override
    public void close() {
        exchange.close();
        atKeyed.close();
        atOpen.close();
        keyed.close();
        open.close();
    }
}
