// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import io.vrio.common.memory.MemorySlice;
import java.util.Optional;

/** No protection: a checksum is all there is. */
final class Unprotected implements Protection {
    @Override
    public String name() {
        return "none";
    }

    @Override
    public boolean isSealed() {
        return false;
    }

    @Override
    public Optional<KeyStatus> keyStatus() {
        return Optional.empty();
    }

    @Override
    public int overhead() {
        return 0;
    }

    @Override
    public void seal(MemorySlice frame, int length, long settled, long nowNs) {
        throw new IllegalStateException("nothing to seal with");
    }

    @Override
    public boolean open(MemorySlice memory, long offset, int length) {
        return true;
    }

    @Override
    public int phases() {
        return 0;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
