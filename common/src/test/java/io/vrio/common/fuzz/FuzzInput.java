// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.fuzz;

import java.util.Arrays;

/** Reads an input as a list of decisions; behind its end all are 0. */
public final class FuzzInput {
    private final byte[] bytes;
    private int at;

    public FuzzInput(byte[] bytes) {
        this.bytes = bytes;
    }

    public boolean hasNext() {
        return at < bytes.length;
    }

    public int nextByte() {
        return at < bytes.length ? bytes[at++] & 0xFF : 0;
    }

    public int nextShort() {
        return nextByte() << 8 | nextByte();
    }

    public int nextInt() {
        return nextShort() << 16 | nextShort();
    }

    public long nextLong() {
        return (long) nextInt() << 32 | nextInt() & 0xFFFF_FFFFL;
    }

    /** At most so many of those that are left. */
    public byte[] nextBytes(int max) {
        int from = at;
        at = Math.min(bytes.length, at + max);
        return Arrays.copyOfRange(bytes, from, at);
    }

    /** All that is left. */
    public byte[] rest() {
        return nextBytes(bytes.length - at);
    }
}
