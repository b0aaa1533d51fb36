// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import io.vrio.common.memory.MemorySlice;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM by the JDK, which works on arrays: two copies more than {@link OpenSslCipher}, and
 * about 1 KiB of garbage for each super-frame. Where there is no libcrypto.
 */
final class JdkCipher implements FrameCipher {
    private static final int NONCE_COUNTER = 4;

    private final Cipher aes;
    private final SecretKeySpec key;
    private final byte[] iv = new byte[12];
    private byte[] clear = new byte[1024];
    private byte[] text = new byte[4096];

    JdkCipher(byte[] key) {
        try {
            aes = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-GCM", e);
        }
        this.key = new SecretKeySpec(key, "AES");
    }

    @Override
    public void seal(MemorySlice frame, int clearLength, int length, long number) {
        int textLength = length - clearLength;
        try {
            begin(Cipher.ENCRYPT_MODE, frame, clearLength, number);
            frame.getBytes(clearLength, room(textLength + TAG_LENGTH), 0, textLength);
            int written = aes.doFinal(text, 0, textLength, text, 0);
            frame.putBytes(clearLength, text, 0, written);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("sealing cannot fail", e);
        }
    }

    @Override
    public boolean open(MemorySlice frame, int clearLength, int length, long number) {
        int textLength = length - clearLength;
        try {
            begin(Cipher.DECRYPT_MODE, frame, clearLength, number);
            frame.getBytes(clearLength, room(textLength), 0, textLength);
            int written = aes.doFinal(text, 0, textLength, text, 0);
            frame.putBytes(clearLength, text, 0, written);
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("opening fails only by its tag", e);
        }
    }

    private void begin(int mode, MemorySlice frame, int clearLength, long number)
            throws GeneralSecurityException {
        ByteBuffer.wrap(iv).putLong(NONCE_COUNTER, number);
        aes.init(mode, key, new GCMParameterSpec(TAG_LENGTH * 8, iv));
        clear = clear.length < clearLength ? new byte[clearLength] : clear;
        frame.getBytes(0, clear, 0, clearLength);
        aes.updateAAD(clear, 0, clearLength);
    }

    private byte[] room(int length) {
        if (text.length < length) {
            text = new byte[Math.max(length, 2 * text.length)];
        }
        return text;
    }

    @Override
    public void close() {
        // The JDK offers no way to wipe the copy of the key that it has made.
    }
}
