// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import io.vrio.common.memory.MemorySlice;
import java.util.Optional;

/** Every super-frame sealed, with a key for each direction. Lives as long as its association. */
public final class SealedProtection implements Protection {
    private final Sealer sealer;
    private final Opener opener;

    /**
     * @param keys of a handshake; wiped
     */
    public SealedProtection(TransportKeys keys, KeyLimits limits, long nowNs) {
        sealer = new Sealer(keys.send(), FrameCipher::best, limits, nowNs);
        opener = new Opener(keys.receive(), FrameCipher::best);
        keys.close();
    }

    @Override
    public String name() {
        return NoiseHandshake.PROTOCOL;
    }

    @Override
    public boolean isSealed() {
        return true;
    }

    @Override
    public Optional<KeyStatus> keyStatus() {
        return Optional.of(
                new KeyStatus(sealer.sinceNs(), sealer.bytes(), sealer.phase(), opener.phase()));
    }

    @Override
    public int overhead() {
        return FrameCipher.TAG_LENGTH;
    }

    @Override
    public void seal(MemorySlice frame, int length, long settled, long nowNs) {
        sealer.seal(frame, length, settled, nowNs);
    }

    @Override
    public boolean open(MemorySlice memory, long offset, int length) {
        return opener.open(memory, offset, length);
    }

    @Override
    public int phases() {
        return sealer.phase() + opener.phase();
    }

    @Override
    public void close() {
        sealer.close();
        opener.close();
    }
}
