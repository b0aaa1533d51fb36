// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What tells the switches of one IOhyp from those of others, and guests cannot know.
 *
 * @param secret random in a daemon, another one in each of its lives
 */
record SwitchSeed(String secret) {
    /** Two domains of equal names are the same: enough bytes that it does not happen by chance. */
    private static final int DOMAIN_BYTES = 16;

    long hashSeed() {
        return ByteBuffer.wrap(hash("hash")).getLong();
    }

    /** A name for a VLAN of a switch that says nothing to those who do not know the secret. */
    String domain(String switchName, int vlan) {
        return HexFormat.of().formatHex(hash(switchName + " " + vlan), 0, DOMAIN_BYTES);
    }

    private byte[] hash(String purpose) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return digest.digest((secret + " " + purpose).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
