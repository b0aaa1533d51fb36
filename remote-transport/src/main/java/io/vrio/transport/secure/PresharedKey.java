// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Consumer;

/** The secret that one server and its IOhyp share: 32 bytes. Never printed. */
public final class PresharedKey implements AutoCloseable {
    /** Bytes of a key. */
    public static final int LENGTH = 32;

    private static final int HEX_LENGTH = 2 * LENGTH;

    private final byte[] bytes;

    /**
     * @param bytes 32, which belong to the key from now on
     */
    public PresharedKey(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a key has " + LENGTH + " bytes");
        }
        this.bytes = bytes;
    }

    public static PresharedKey random(SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return new PresharedKey(bytes);
    }

    /** The key that a text stands for, 64 hexadecimal digits or 44 of base64; or null. */
    public static PresharedKey parse(String text) {
        try {
            byte[] bytes =
                    text.length() == HEX_LENGTH
                            ? HexFormat.of().parseHex(text)
                            : Base64.getDecoder().decode(text);
            return bytes.length == LENGTH ? new PresharedKey(bytes) : null;
        } catch (IllegalArgumentException e) {
            // Says nothing of what was there: it may be most of a key.
            return null;
        }
    }

    /** As it stands in a key file. */
    public String text() {
        return HexFormat.of().formatHex(bytes);
    }

    void use(Consumer<byte[]> user) {
        user.accept(bytes);
    }

    @Override
    public String toString() {
        return "PresharedKey";
    }

    /** Wipes it. */
    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }
}
