// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;

/**
 * The Diffie-Hellman function of RFC 7748 on raw keys, as Noise wants it. The work is the JDK's.
 */
final class X25519 {
    /** Bytes of a private key, a public key and a shared secret. */
    static final int KEY_LENGTH = 32;

    private static final byte[] BASE_POINT = Arrays.copyOf(new byte[] {9}, KEY_LENGTH);

    private X25519() {}

    static byte[] publicKey(byte[] privateKey) {
        try {
            return agree(privateKey, BASE_POINT);
        } catch (HandshakeException e) {
            throw new IllegalStateException("no key has a public key of zeroes", e);
        }
    }

    /**
     * @throws HandshakeException when the public key forces the secret to be zero, whatever ours is
     */
    static byte[] agree(byte[] privateKey, byte[] publicKey) throws HandshakeException {
        try {
            KeyFactory keys = KeyFactory.getInstance("X25519");
            KeyAgreement agreement = KeyAgreement.getInstance("X25519");
            agreement.init(
                    keys.generatePrivate(
                            new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey)));
            agreement.doPhase(
                    keys.generatePublic(
                            new XECPublicKeySpec(NamedParameterSpec.X25519, coordinate(publicKey))),
                    true);
            return checked(agreement.generateSecret());
        } catch (InvalidKeyException e) {
            throw new HandshakeException("the public key is of small order");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has X25519", e);
        }
    }

    /** This JDK refuses zeroes itself; not every one must (RFC 7748, 6.1). */
    private static byte[] checked(byte[] secret) throws HandshakeException {
        if (MessageDigest.isEqual(secret, new byte[KEY_LENGTH])) {
            throw new HandshakeException("the public key is of small order");
        }
        return secret;
    }

    /** The number that 32 little-endian bytes stand for; bit 255 is ignored (RFC 7748, 5). */
    private static BigInteger coordinate(byte[] publicKey) {
        byte[] bigEndian = new byte[KEY_LENGTH];
        for (int i = 0; i < KEY_LENGTH; i++) {
            bigEndian[i] = publicKey[KEY_LENGTH - 1 - i];
        }
        bigEndian[0] &= 0x7F;
        return new BigInteger(1, bigEndian);
    }
}
