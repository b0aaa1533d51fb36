// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.function.Function;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One key of one direction, and its number: keys follow each other by the REKEY function of the
 * Noise specification (4.2), from which nobody gets back to those before. One worker.
 */
final class KeyPhase implements AutoCloseable {
    private static final long REKEY_NONCE = -1;

    private final int number;
    private final byte[] key;
    private final FrameCipher cipher;
    private final Function<byte[], FrameCipher> ciphers;

    private KeyPhase(int number, byte[] key, Function<byte[], FrameCipher> ciphers) {
        this.number = number;
        this.key = key;
        this.ciphers = ciphers;
        cipher = ciphers.apply(key);
    }

    /**
     * @param key of the handshake, copied
     * @param ciphers makes what seals with a key
     */
    static KeyPhase first(byte[] key, Function<byte[], FrameCipher> ciphers) {
        return new KeyPhase(0, key.clone(), ciphers);
    }

    KeyPhase next() {
        return new KeyPhase(number + 1, nextKey(), ciphers);
    }

    private byte[] nextKey() {
        try {
            byte[] iv = new byte[12];
            ByteBuffer.wrap(iv).putLong(4, REKEY_NONCE);
            Cipher aes = Cipher.getInstance("AES/GCM/NoPadding");
            aes.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(key, "AES"),
                    new GCMParameterSpec(FrameCipher.TAG_LENGTH * 8, iv));
            byte[] output = aes.doFinal(new byte[key.length]);
            byte[] next = Arrays.copyOf(output, key.length);
            Arrays.fill(output, (byte) 0);
            return next;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-GCM", e);
        }
    }

    /** From 0 on; frames carry its low 16 bits. */
    int number() {
        return number;
    }

    FrameCipher cipher() {
        return cipher;
    }

    /** Wipes it. */
    @Override
    public void close() {
        Arrays.fill(key, (byte) 0);
        cipher.close();
    }
}
