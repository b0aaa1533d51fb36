// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import jnr.ffi.LibraryLoader;

/**
 * AES-256-GCM by OpenSSL under one key, in place on native memory and without garbage. The memory
 * must be this process's own: where a guest's vanishes in native code, the process ends. One
 * worker.
 */
public final class AesGcm implements AutoCloseable {
    public static final int KEY_LENGTH = 32;
    public static final int IV_LENGTH = 12;
    public static final int TAG_LENGTH = 16;

    private static final LibCrypto CRYPTO = load();
    private static final int GET_TAG = 0x10;
    private static final int SET_TAG = 0x11;
    private static final int IV = 0;
    private static final int WRITTEN = 16;

    private final NativeBuffer memory = new NativeBuffer(WRITTEN + KEY_LENGTH);
    private final MemorySlice scratch = memory.slice();
    private long encrypting;
    private long decrypting;

    /**
     * @throws IllegalStateException when OpenSSL is not there, or refuses
     */
    public AesGcm(byte[] key) {
        if (CRYPTO == null || key.length != KEY_LENGTH) {
            throw new IllegalStateException("no OpenSSL, or a key of another length");
        }
        // Safety: the key is copied by OpenSSL, and wiped here at once.
        scratch.putBytes(WRITTEN, key, 0, KEY_LENGTH);
        long keyAddress = scratch.address(WRITTEN, KEY_LENGTH);
        encrypting = newContext();
        decrypting = newContext();
        long cipher = CRYPTO.EVP_aes_256_gcm();
        check(CRYPTO.EVP_EncryptInit_ex(encrypting, cipher, 0, keyAddress, 0));
        check(CRYPTO.EVP_DecryptInit_ex(decrypting, cipher, 0, keyAddress, 0));
        scratch.fill(WRITTEN, KEY_LENGTH, (byte) 0);
    }

    private static LibCrypto load() {
        try {
            return LibraryLoader.create(LibCrypto.class).failImmediately().load("libcrypto.so.3");
        } catch (UnsatisfiedLinkError e) {
            // Not installed: isAvailable says so.
            return null;
        }
    }

    /** Whether this machine has OpenSSL 3. */
    public static boolean isAvailable() {
        return CRYPTO != null;
    }

    private static long newContext() {
        long context = CRYPTO.EVP_CIPHER_CTX_new();
        check(context == 0 ? 0 : 1);
        return context;
    }

    private void checkOpen() {
        // Safety: OpenSSL would follow a null pointer.
        if (encrypting == 0) {
            throw new IllegalStateException("the key has been wiped");
        }
    }

    private static void check(int result) {
        if (result != 1) {
            throw new IllegalStateException("OpenSSL refuses AES-256-GCM");
        }
    }

    /** Where the next nonce is to be written, {@link #IV_LENGTH} bytes from 0 on. */
    public MemorySlice iv() {
        return scratch;
    }

    /**
     * Encrypts the bytes from {@code clearLength} to {@code length}, and writes a tag for all of
     * them behind.
     */
    public void seal(MemorySlice frame, int clearLength, int length) {
        checkOpen();
        long start = frame.address(0, (long) length + TAG_LENGTH);
        long written = scratch.address(WRITTEN, 4);
        long ivAddress = scratch.address(IV, IV_LENGTH);
        long text = start + clearLength;
        // Safety: all addresses are inside the slice, whose length was checked above.
        check(CRYPTO.EVP_EncryptInit_ex(encrypting, 0, 0, 0, ivAddress));
        check(CRYPTO.EVP_EncryptUpdate(encrypting, 0, written, start, clearLength));
        check(CRYPTO.EVP_EncryptUpdate(encrypting, text, written, text, length - clearLength));
        check(CRYPTO.EVP_EncryptFinal_ex(encrypting, start + length, written));
        check(CRYPTO.EVP_CIPHER_CTX_ctrl(encrypting, GET_TAG, TAG_LENGTH, start + length));
    }

    /**
     * Decrypts what {@link #seal} has made.
     *
     * @param length with the tag
     * @return whether the tag is right; if not, the bytes are spoilt
     */
    public boolean open(MemorySlice frame, int clearLength, int length) {
        checkOpen();
        long start = frame.address(0, length);
        int textLength = length - TAG_LENGTH - clearLength;
        if (clearLength < 0 || textLength < 0) {
            return false;
        }
        long written = scratch.address(WRITTEN, 4);
        long ivAddress = scratch.address(IV, IV_LENGTH);
        long text = start + clearLength;
        long tag = text + textLength;
        // Safety: as in seal.
        check(CRYPTO.EVP_DecryptInit_ex(decrypting, 0, 0, 0, ivAddress));
        check(CRYPTO.EVP_DecryptUpdate(decrypting, 0, written, start, clearLength));
        check(CRYPTO.EVP_DecryptUpdate(decrypting, text, written, text, textLength));
        check(CRYPTO.EVP_CIPHER_CTX_ctrl(decrypting, SET_TAG, TAG_LENGTH, tag));
        return CRYPTO.EVP_DecryptFinal_ex(decrypting, tag, written) == 1;
    }

    /** OpenSSL wipes the key. */
    @Override
    public void close() {
        if (encrypting != 0) {
            CRYPTO.EVP_CIPHER_CTX_free(encrypting);
            CRYPTO.EVP_CIPHER_CTX_free(decrypting);
            encrypting = 0;
            decrypting = 0;
            memory.close();
        }
    }
}
