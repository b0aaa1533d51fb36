// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import java.util.Arrays;

/**
 * One end of one handshake of the pattern NNpsk0 (Noise specification, revision 34): {@code -> psk,
 * e} and {@code <- e, ee}. Who answers knows from the first message alone that the key is right,
 * before it has computed anything expensive. Control path.
 */
public final class NoiseHandshake implements AutoCloseable {
    static final String PROTOCOL = "Noise_NNpsk0_25519_AESGCM_SHA256";

    /** Bytes that a message is longer than what is said in it. */
    public static final int OVERHEAD = X25519.KEY_LENGTH + SymmetricState.TAG_LENGTH;

    private final boolean isInitiator;
    private final SymmetricState symmetric;
    private final byte[] ephemeral;
    private byte[] remoteEphemeral;

    private NoiseHandshake(
            boolean isInitiator, PresharedKey key, byte[] prologue, byte[] ephemeral) {
        this.isInitiator = isInitiator;
        this.ephemeral = ephemeral;
        symmetric = new SymmetricState(PROTOCOL);
        symmetric.mixHash(prologue);
        key.use(symmetric::mixKeyAndHash);
    }

    /**
     * @param prologue what both ends must agree about
     * @param ephemeral 32 random bytes, used for nothing else; wiped at the end
     */
    public static NoiseHandshake initiator(PresharedKey key, byte[] prologue, byte[] ephemeral) {
        return new NoiseHandshake(true, key, prologue, ephemeral);
    }

    /** As {@link #initiator}, for the end that answers. */
    public static NoiseHandshake responder(PresharedKey key, byte[] prologue, byte[] ephemeral) {
        return new NoiseHandshake(false, key, prologue, ephemeral);
    }

    private NoiseHandshake(NoiseHandshake other) {
        isInitiator = other.isInitiator;
        ephemeral = other.ephemeral.clone();
        remoteEphemeral = other.remoteEphemeral;
        symmetric = new SymmetricState(other.symmetric);
    }

    /** The same state again: what is done with the copy does not change this one. */
    NoiseHandshake copy() {
        return new NoiseHandshake(this);
    }

    /**
     * Our one message.
     *
     * @throws HandshakeException when what the peer has sent forces the keys to be known to others
     */
    public byte[] write(byte[] payload) throws HandshakeException {
        byte[] publicKey = X25519.publicKey(ephemeral);
        mixEphemeral(publicKey);
        if (!isInitiator) {
            symmetric.mixKey(sharedSecret());
        }
        byte[] ciphertext = symmetric.encryptAndHash(payload);
        byte[] message = Arrays.copyOf(publicKey, publicKey.length + ciphertext.length);
        System.arraycopy(ciphertext, 0, message, publicKey.length, ciphertext.length);
        return message;
    }

    /**
     * Takes the peer's one message.
     *
     * @return what is said in it
     * @throws HandshakeException when it cannot be trusted; this handshake is of no use any more
     */
    public byte[] read(byte[] message) throws HandshakeException {
        if (message.length < OVERHEAD) {
            throw new HandshakeException("shorter than a handshake message");
        }
        remoteEphemeral = Arrays.copyOf(message, X25519.KEY_LENGTH);
        mixEphemeral(remoteEphemeral);
        if (isInitiator) {
            symmetric.mixKey(sharedSecret());
        }
        return symmetric.decryptAndHash(
                Arrays.copyOfRange(message, X25519.KEY_LENGTH, message.length));
    }

    private void mixEphemeral(byte[] publicKey) {
        symmetric.mixHash(publicKey);
        // In a handshake with a pre-shared key (9.2 of the specification), so that no two
        // handshakes use the same key.
        symmetric.mixKey(publicKey);
    }

    private byte[] sharedSecret() throws HandshakeException {
        return X25519.agree(ephemeral, remoteEphemeral);
    }

    /** After both messages: the keys of what is said from now on. */
    public TransportKeys keys() {
        byte[][] keys = symmetric.split();
        return isInitiator
                ? new TransportKeys(keys[0], keys[1])
                : new TransportKeys(keys[1], keys[0]);
    }

    /** After both messages: equal at both ends, and of no other handshake. */
    byte[] handshakeHash() {
        return symmetric.handshakeHash();
    }

    /** Wipes what is secret. */
    @Override
    public void close() {
        symmetric.close();
        Arrays.fill(ephemeral, (byte) 0);
    }
}
