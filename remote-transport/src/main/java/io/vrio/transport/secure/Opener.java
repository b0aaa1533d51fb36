// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import io.vrio.common.memory.MemorySlice;
import io.vrio.transport.message.SuperFrameHeader;
import java.util.function.Function;

/**
 * Opens the super-frames that one end of an association receives: knows the key of the present, the
 * one before, for what was sent again or overtaken, and the next, so that nobody can make it
 * compute many. One worker.
 */
final class Opener implements AutoCloseable {
    private final MemorySlice frame = new MemorySlice();
    private final SuperFrameHeader header = new SuperFrameHeader();
    private KeyPhase previous;
    private KeyPhase current;
    private KeyPhase next;

    Opener(byte[] key, Function<byte[], FrameCipher> ciphers) {
        current = KeyPhase.first(key, ciphers);
        next = current.next();
    }

    /**
     * Opens a super-frame in place. Its header has been found valid, but nothing more is known.
     *
     * @param length with the tag
     * @return whether it is the peer's, unchanged
     */
    boolean open(MemorySlice memory, long offset, int length) {
        header.wrap(memory, offset, length);
        KeyPhase phase = header.isSealed() ? phase(header.phase()) : null;
        if (phase == null || length - header.length() < FrameCipher.TAG_LENGTH) {
            return false;
        }
        frame.wrap(memory, offset, length);
        boolean isAuthentic =
                phase.cipher().open(frame, header.length(), length, header.sequence());
        if (isAuthentic && phase == next) {
            advance();
        }
        return isAuthentic;
    }

    /** The key with these low bits of its number, or null. */
    private KeyPhase phase(int number) {
        // By difference: the number in the header wraps.
        return switch ((short) (number - current.number())) {
            case 0 -> current;
            case 1 -> next;
            case -1 -> previous;
            default -> null;
        };
    }

    private void advance() {
        if (previous != null) {
            previous.close();
        }
        previous = current;
        current = next;
        next = current.next();
    }

    int phase() {
        return current.number();
    }

    @Override
    public void close() {
        if (previous != null) {
            previous.close();
        }
        current.close();
        next.close();
    }
}
