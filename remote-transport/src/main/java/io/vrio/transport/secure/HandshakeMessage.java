// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What is said before there are keys, in the payload of a data frame of its own. Big endian:
 *
 * <pre>
 *   0  version (u8) = 1   1  type (u8)   2  opening: length of the name, refusal: reason (u16)
 *   4  opening: the server's name, then the first message of the handshake
 *      answer: the second message of the handshake
 * </pre>
 */
public sealed interface HandshakeMessage {
    /** Limit: bytes of any. */
    int LENGTH_MAX = 4 + 64 + NoiseHandshake.OVERHEAD;

    /** Bytes before what depends on the type. */
    int HEADER_LENGTH = 4;

    /** Limit: characters of a server's name. */
    int NAME_MAX = 64;

    int VERSION = 1;
    int OPENING = 0x81;
    int ANSWER = 0x82;
    int REFUSAL = 0x83;

    /** The server's first: who it says it is, and that it has the key. */
    record Opening(String name, byte[] noise) implements HandshakeMessage {}

    /** The IOhyp's, when it has the key, too. */
    record Answer(byte[] noise) implements HandshakeMessage {}

    /** The IOhyp's, when not. Not authenticated: anybody may have sent it. */
    record Refusal(RefusalReason reason) implements HandshakeMessage {}

    /** Whether a payload that begins like this can be one, rather than a super-frame. */
    static boolean isLikely(int secondByte) {
        return (secondByte & 0x80) != 0;
    }

    static byte[] encode(HandshakeMessage message) {
        if (message instanceof Opening opening) {
            byte[] name = opening.name().getBytes(StandardCharsets.US_ASCII);
            return join(OPENING, name.length, name, opening.noise());
        }
        if (message instanceof Answer answer) {
            return join(ANSWER, 0, new byte[0], answer.noise());
        }
        return join(REFUSAL, ((Refusal) message).reason().code(), new byte[0], new byte[0]);
    }

    private static byte[] join(int type, int number, byte[] name, byte[] noise) {
        byte[] bytes = new byte[HEADER_LENGTH + name.length + noise.length];
        bytes[0] = VERSION;
        bytes[1] = (byte) type;
        bytes[2] = (byte) (number >>> 8);
        bytes[3] = (byte) number;
        System.arraycopy(name, 0, bytes, HEADER_LENGTH, name.length);
        System.arraycopy(noise, 0, bytes, HEADER_LENGTH + name.length, noise.length);
        return bytes;
    }

    /** What the bytes say, or null when they make no sense. */
    static HandshakeMessage decode(byte[] bytes) {
        if (bytes.length < HEADER_LENGTH || bytes[0] != VERSION) {
            return null;
        }
        int number = (bytes[2] & 0xFF) << 8 | bytes[3] & 0xFF;
        return switch (bytes[1] & 0xFF) {
            case OPENING -> opening(bytes, number);
            case ANSWER -> new Answer(Arrays.copyOfRange(bytes, HEADER_LENGTH, bytes.length));
            case REFUSAL -> refusal(number);
            default -> null;
        };
    }

    private static Opening opening(byte[] bytes, int nameLength) {
        int noiseAt = HEADER_LENGTH + nameLength;
        if (nameLength < 1 || nameLength > NAME_MAX || noiseAt > bytes.length) {
            return null;
        }
        String name = new String(bytes, HEADER_LENGTH, nameLength, StandardCharsets.ISO_8859_1);
        boolean isVisible = name.chars().allMatch(c -> c > 0x20 && c < 0x7F);
        return isVisible
                ? new Opening(name, Arrays.copyOfRange(bytes, noiseAt, bytes.length))
                : null;
    }

    private static Refusal refusal(int code) {
        RefusalReason reason = RefusalReason.ofCode(code);
        return reason == null ? null : new Refusal(reason);
    }
}
