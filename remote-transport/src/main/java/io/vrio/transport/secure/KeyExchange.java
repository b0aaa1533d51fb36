// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import io.vrio.transport.secure.HandshakeMessage.Answer;
import io.vrio.transport.secure.HandshakeMessage.Opening;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * How the two ends of an association get their keys: the server's opening, the IOhyp's answer. Both
 * are bound to the server's name and to the initial sequence numbers, of which the IOhyp's is a
 * cookie of the moment: a recorded opening is of no use later.
 */
public final class KeyExchange implements AutoCloseable {
    private static final byte[] LABEL = "vRIO 1".getBytes(StandardCharsets.US_ASCII);

    private final NoiseHandshake handshake;
    private final byte[] opening;

    private KeyExchange(NoiseHandshake handshake, byte[] opening) {
        this.handshake = handshake;
        this.opening = opening;
    }

    /**
     * What both ends know of an attempt before there is a key.
     *
     * @param serverName 1 to 64 visible ASCII characters
     * @param serverSequence of the opening
     * @param iohypSequence of the answer
     */
    public record Attempt(String serverName, long serverSequence, long iohypSequence) {
        byte[] prologue() {
            byte[] name = serverName.getBytes(StandardCharsets.US_ASCII);
            return ByteBuffer.allocate(LABEL.length + 2 * Long.BYTES + name.length)
                    .put(LABEL)
                    .putLong(serverSequence)
                    .putLong(iohypSequence)
                    .put(name)
                    .array();
        }
    }

    /** What an IOhyp has after a good opening. */
    public record Accepted(byte[] answer, TransportKeys keys) {}

    /** The server's side begins. */
    public static KeyExchange begin(PresharedKey key, Attempt attempt, RandomGenerator random) {
        NoiseHandshake handshake =
                NoiseHandshake.initiator(key, attempt.prologue(), ephemeral(random));
        try {
            byte[] noise = handshake.write(new byte[0]);
            Opening opening = new Opening(attempt.serverName(), noise);
            return new KeyExchange(handshake, HandshakeMessage.encode(opening));
        } catch (HandshakeException e) {
            throw new IllegalStateException("an opening depends on nobody else", e);
        }
    }

    private static byte[] ephemeral(RandomGenerator random) {
        byte[] bytes = new byte[X25519.KEY_LENGTH];
        random.nextBytes(bytes);
        return bytes;
    }

    /** What the server sends, as often as it likes. */
    public byte[] opening() {
        return opening;
    }

    /**
     * The IOhyp has answered.
     *
     * @throws HandshakeException when it was not the one that has the key
     */
    public TransportKeys onAnswer(Answer answer) throws HandshakeException {
        // Only a copy of the state is spent: a forged answer must not spoil the true one.
        try (NoiseHandshake attempt = handshake.copy()) {
            attempt.read(answer.noise());
            return attempt.keys();
        }
    }

    /**
     * The IOhyp's side: judges an opening.
     *
     * @throws HandshakeException when its sender has not the key
     */
    public static Accepted accept(
            PresharedKey key, Attempt attempt, Opening opening, RandomGenerator random)
            throws HandshakeException {
        try (NoiseHandshake handshake =
                NoiseHandshake.responder(key, attempt.prologue(), ephemeral(random))) {
            handshake.read(opening.noise());
            byte[] noise = handshake.write(new byte[0]);
            return new Accepted(HandshakeMessage.encode(new Answer(noise)), handshake.keys());
        }
    }

    /** Wipes what is secret. */
    @Override
    public void close() {
        handshake.close();
    }
}
