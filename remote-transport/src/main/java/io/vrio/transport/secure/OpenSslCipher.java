// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.AesGcm;

/** AES-256-GCM by OpenSSL: no copy, no garbage. */
final class OpenSslCipher implements FrameCipher {
    private static final int NONCE_COUNTER = 4;

    private final AesGcm aes;

    OpenSslCipher(byte[] key) {
        aes = new AesGcm(key);
    }

    @Override
    public void seal(MemorySlice frame, int clearLength, int length, long number) {
        aes.iv().putLongBigEndian(NONCE_COUNTER, number);
        aes.seal(frame, clearLength, length);
    }

    @Override
    public boolean open(MemorySlice frame, int clearLength, int length, long number) {
        aes.iv().putLongBigEndian(NONCE_COUNTER, number);
        return aes.open(frame, clearLength, length);
    }

    @Override
    public void close() {
        aes.close();
    }
}
