// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import java.security.DigestException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;

/**
 * HMAC (RFC 2104) over the platform's SHA-256, where the platform's own HMAC would make garbage for
 * every stranger. One worker.
 */
public final class HmacSha256 {
    /** Bytes of a result. */
    public static final int LENGTH = 32;

    private static final int BLOCK_LENGTH = 64;

    private final MessageDigest sha256;
    private final byte[] inner = new byte[BLOCK_LENGTH];
    private final byte[] outer = new byte[BLOCK_LENGTH];
    private final byte[] result = new byte[LENGTH];

    /**
     * @param key unpredictable, at most 64 bytes
     */
    public HmacSha256(byte[] key) {
        if (key.length > BLOCK_LENGTH) {
            throw new IllegalArgumentException("key of " + key.length + " bytes");
        }
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        for (int i = 0; i < BLOCK_LENGTH; i++) {
            byte keyByte = i < key.length ? key[i] : 0;
            inner[i] = (byte) (keyByte ^ 0x36);
            outer[i] = (byte) (keyByte ^ 0x5C);
        }
    }

    /** The code of a message; overwritten by the next one. */
    public byte[] code(byte[] message) {
        try {
            sha256.update(inner);
            sha256.update(message);
            sha256.digest(result, 0, LENGTH);
            sha256.update(outer);
            sha256.update(result);
            sha256.digest(result, 0, LENGTH);
            return result;
        } catch (DigestException e) {
            throw new IllegalStateException("a hash of SHA-256 has 32 bytes", e);
        }
    }
}
