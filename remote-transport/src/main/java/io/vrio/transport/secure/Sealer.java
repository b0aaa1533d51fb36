// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import io.vrio.common.memory.MemorySlice;
import io.vrio.transport.message.SuperFrameHeader;
import java.util.function.Function;

/** Seals the super-frames that one end of an association sends. One worker. */
final class Sealer implements AutoCloseable {
    private final SuperFrameHeader header = new SuperFrameHeader();
    private final KeyLimits limits;
    private KeyPhase phase;

    /** The first sequence under the present key. */
    private long phaseStart = -1;

    private long lastSequence = -1;
    private long sinceNs;
    private long bytes;

    Sealer(byte[] key, Function<byte[], FrameCipher> ciphers, KeyLimits limits, long nowNs) {
        this.limits = limits;
        phase = KeyPhase.first(key, ciphers);
        sinceNs = nowNs;
    }

    /**
     * Seals a super-frame in place.
     *
     * @param frame the super-frame, with room for the tag behind
     * @param length bytes of the super-frame without the tag
     * @param settled everything below has arrived at the peer, or was given up
     */
    void seal(MemorySlice frame, int length, long settled, long nowNs) {
        header.wrap(frame, 0, length);
        long sequence = header.sequence();
        if (sequence <= lastSequence) {
            // Two super-frames under one number would give away both, and the key of the tags.
            throw new IllegalStateException("sequence " + sequence + " sealed twice");
        }
        if (isWorn(nowNs) && settled > phaseStart) {
            // Only then the peer uses the present key, and waits for nothing under the one before.
            advance(sequence, nowNs);
        }
        lastSequence = sequence;
        bytes += length;
        header.writeSeal(phase.number());
        phase.cipher().seal(frame, header.length(), length, sequence);
    }

    private boolean isWorn(long nowNs) {
        return bytes >= limits.bytesMax() || nowNs - sinceNs >= limits.ageMaxNs();
    }

    private void advance(long sequence, long nowNs) {
        KeyPhase old = phase;
        phase = old.next();
        old.close();
        phaseStart = sequence;
        sinceNs = nowNs;
        bytes = 0;
    }

    /** When the present key was begun to be used. */
    long sinceNs() {
        return sinceNs;
    }

    /** What was sealed with it. */
    long bytes() {
        return bytes;
    }

    int phase() {
        return phase.number();
    }

    @Override
    public void close() {
        phase.close();
    }
}
