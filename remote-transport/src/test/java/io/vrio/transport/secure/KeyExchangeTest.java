// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.transport.secure.HandshakeMessage.Answer;
import io.vrio.transport.secure.HandshakeMessage.Opening;
import io.vrio.transport.secure.KeyExchange.Accepted;
import io.vrio.transport.secure.KeyExchange.Attempt;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets through the key exchange, and who does not. */
final class KeyExchangeTest {
    private static final Attempt ATTEMPT = new Attempt("alpha", 1000, 2000);

    private final SecureRandom random = new SecureRandom();
    private final PresharedKey key = PresharedKey.random(random);
    private final PresharedKey other = PresharedKey.random(random);
    private final KeyExchange exchange = KeyExchange.begin(key, ATTEMPT, random);

    @AfterEach
    void close() {
        exchange.close();
    }

    private static Opening opening(byte[] bytes) {
        return (Opening) HandshakeMessage.decode(bytes);
    }

    private Accepted accept(PresharedKey iohypKey, Attempt attempt) throws HandshakeException {
        return KeyExchange.accept(iohypKey, attempt, opening(exchange.opening()), random);
    }

    private static Answer answer(byte[] bytes) {
        return (Answer) HandshakeMessage.decode(bytes);
    }

    @Test
    void shouldAgreeAboutTheKeysOfBothDirections() throws HandshakeException {
        Accepted accepted = accept(key, ATTEMPT);
        TransportKeys keys = exchange.onAnswer(answer(accepted.answer()));

        assertArrayEquals(accepted.keys().receive(), keys.send());
        assertArrayEquals(accepted.keys().send(), keys.receive());
        assertFalse(Arrays.equals(keys.send(), keys.receive()));
    }

    @Test
    void shouldNotTakeAnOpeningWithAnotherKey() {
        assertThrows(HandshakeException.class, () -> accept(other, ATTEMPT));
    }

    @Test
    void shouldNotTakeAnOpeningUnderAnotherName() {
        Attempt asOther = new Attempt("beta", 1000, 2000);

        assertThrows(HandshakeException.class, () -> accept(key, asOther));
    }

    @Test
    void shouldNotTakeAnOpeningOfAnotherAttempt() {
        Attempt later = new Attempt("alpha", 1000, 2001);

        assertThrows(HandshakeException.class, () -> accept(key, later));
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 20, 40, 41, 56})
    void shouldNotTakeAnOpeningThatWasChanged(int at) {
        byte[] bytes = exchange.opening().clone();
        bytes[at] ^= 1;

        assertThrows(
                HandshakeException.class,
                () -> KeyExchange.accept(key, ATTEMPT, opening(bytes), random));
    }

    @Test
    void shouldTakeTheTrueAnswerAfterForgedOnes() throws HandshakeException {
        Accepted accepted = accept(key, ATTEMPT);
        byte[] forged = accepted.answer().clone();
        forged[50] ^= 1;
        assertThrows(HandshakeException.class, () -> exchange.onAnswer(answer(forged)));

        TransportKeys keys = exchange.onAnswer(answer(accepted.answer()));
        assertArrayEquals(accepted.keys().receive(), keys.send());
    }

    @Test
    void shouldRefuseAPublicKeyThatForcesTheSecret() throws HandshakeException {
        byte[] zeroes = new byte[X25519.KEY_LENGTH];

        assertThrows(HandshakeException.class, () -> X25519.agree(zeroes.clone(), zeroes));
    }

    @Test
    void shouldNotAnswerMoreThanItWasAsked() throws HandshakeException {
        assertTrue(accept(key, ATTEMPT).answer().length < exchange.opening().length);
    }

    @Test
    void shouldNotReadWhatMakesNoSense() {
        assertNull(HandshakeMessage.decode(new byte[] {1, (byte) 0x81, 0}));
        assertNull(HandshakeMessage.decode(new byte[] {2, (byte) 0x82, 0, 0}));
        assertNull(HandshakeMessage.decode(new byte[] {1, (byte) 0x84, 0, 0}));
        assertNull(HandshakeMessage.decode(new byte[] {1, (byte) 0x83, 0, 9}));
        assertNull(HandshakeMessage.decode(new byte[] {1, (byte) 0x81, 0, 1}));
        assertNull(HandshakeMessage.decode(new byte[] {1, (byte) 0x81, 0, 1, '\n', 0}));
        assertNull(HandshakeMessage.decode(new byte[] {1, (byte) 0x81, 0, 0, 'a', 0}));
    }
}
