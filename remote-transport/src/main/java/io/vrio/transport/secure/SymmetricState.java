// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What both ends of a handshake mix all that is said into: the SymmetricState and CipherState of
 * the Noise specification (revision 34, 5.1 and 5.2) with AESGCM and SHA256. Control path.
 */
final class SymmetricState implements AutoCloseable {
    /** Bytes of a hash, and of a key. */
    static final int HASH_LENGTH = 32;

    /** Bytes that encryption adds. */
    static final int TAG_LENGTH = 16;

    private static final String HMAC = "HmacSHA256";
    private static final int NONCE_LENGTH = 12;
    private static final int NONCE_COUNTER = 4;

    private final MessageDigest sha256;
    private final Mac hmac;
    private final Cipher aes;
    private byte[] hash;
    private byte[] chainingKey;
    private byte[] key;
    private long nonce;

    SymmetricState(String protocolName) {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
            hmac = Mac.getInstance(HMAC);
            aes = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
        byte[] name = protocolName.getBytes(StandardCharsets.US_ASCII);
        hash = name.length <= HASH_LENGTH ? Arrays.copyOf(name, HASH_LENGTH) : sha256.digest(name);
        chainingKey = hash.clone();
    }

    /** A copy, which goes its own way. */
    SymmetricState(SymmetricState other) {
        this("");
        hash = other.hash.clone();
        chainingKey = other.chainingKey.clone();
        key = other.key == null ? null : other.key.clone();
        nonce = other.nonce;
    }

    private static IllegalStateException missing(GeneralSecurityException e) {
        return new IllegalStateException("every Java has SHA-256, HMAC and AES-GCM", e);
    }

    void mixHash(byte[] data) {
        sha256.update(hash);
        hash = sha256.digest(data);
    }

    void mixKey(byte[] input) {
        byte[][] outputs = hkdf(input, 2);
        chain(outputs[0]);
        rekey(outputs[1]);
    }

    void mixKeyAndHash(byte[] input) {
        byte[][] outputs = hkdf(input, 3);
        chain(outputs[0]);
        mixHash(outputs[1]);
        rekey(outputs[2]);
    }

    private void chain(byte[] newChainingKey) {
        Arrays.fill(chainingKey, (byte) 0);
        chainingKey = newChainingKey;
    }

    private void rekey(byte[] newKey) {
        if (key != null) {
            Arrays.fill(key, (byte) 0);
        }
        key = newKey;
        nonce = 0;
    }

    byte[] encryptAndHash(byte[] plaintext) {
        try {
            byte[] ciphertext = crypt(Cipher.ENCRYPT_MODE, plaintext);
            mixHash(ciphertext);
            return ciphertext;
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    byte[] decryptAndHash(byte[] ciphertext) throws HandshakeException {
        try {
            byte[] plaintext = crypt(Cipher.DECRYPT_MODE, ciphertext);
            mixHash(ciphertext);
            return plaintext;
        } catch (AEADBadTagException e) {
            throw new HandshakeException("wrong key, or changed on the way");
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    private byte[] crypt(int mode, byte[] input) throws GeneralSecurityException {
        // 32 zero bits, then the counter, big endian (12.3 of the specification).
        byte[] iv = new byte[NONCE_LENGTH];
        ByteBuffer.wrap(iv).putLong(NONCE_COUNTER, nonce++);
        aes.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_LENGTH * 8, iv));
        aes.updateAAD(hash);
        return aes.doFinal(input);
    }

    /** The keys of both directions, that of the initiator's messages first. */
    byte[][] split() {
        return hkdf(new byte[0], 2);
    }

    /** Of the whole handshake so far: equal at both ends, and of no other handshake. */
    byte[] handshakeHash() {
        return hash.clone();
    }

    /** HKDF of the specification, 4.3: two or three keys. */
    private byte[][] hkdf(byte[] input, int count) {
        byte[] temporary = hmac(chainingKey, input);
        byte[][] outputs = new byte[count][];
        byte[] previous = new byte[0];
        for (int i = 0; i < count; i++) {
            byte[] block = Arrays.copyOf(previous, previous.length + 1);
            block[previous.length] = (byte) (i + 1);
            outputs[i] = hmac(temporary, block);
            Arrays.fill(block, (byte) 0);
            previous = outputs[i];
        }
        Arrays.fill(temporary, (byte) 0);
        return outputs;
    }

    private byte[] hmac(byte[] hmacKey, byte[] data) {
        try {
            hmac.init(new SecretKeySpec(hmacKey, HMAC));
            return hmac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /** Wipes what is secret. */
    @Override
    public void close() {
        Arrays.fill(chainingKey, (byte) 0);
        if (key != null) {
            Arrays.fill(key, (byte) 0);
        }
    }
}
