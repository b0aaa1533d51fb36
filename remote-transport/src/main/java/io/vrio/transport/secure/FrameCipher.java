// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.AesGcm;
import io.vrio.common.sys.VectorAesGcm;

/**
 * AES-256-GCM under one key, in place on native memory, with the nonces of Noise: 32 zero bits and
 * a 64-bit number. Whoever seals never uses a number twice. One worker.
 */
interface FrameCipher extends AutoCloseable {
    /** Bytes behind what is sealed. */
    int TAG_LENGTH = 16;

    /** The fastest there is on this machine; all seal to the same bytes. */
    static FrameCipher best(byte[] key) {
        if (VectorAesGcm.isAvailable()) {
            return new VectorCipher(key);
        }
        return AesGcm.isAvailable() ? new OpenSslCipher(key) : new JdkCipher(key);
    }

    /**
     * Encrypts the bytes from {@code clearLength} to {@code length} and writes the tag, which
     * vouches for all of them, behind.
     *
     * @param frame has room for the tag
     * @param clearLength bytes at the beginning that stay readable
     */
    void seal(MemorySlice frame, int clearLength, int length, long number);

    /**
     * Decrypts what {@link #seal} has made.
     *
     * @param length with the tag
     * @return whether it is authentic; if not, the bytes may be spoilt and must not be used
     */
    boolean open(MemorySlice frame, int clearLength, int length, long number);

    /** Wipes what it can of the key. */
    @Override
    void close();
}
