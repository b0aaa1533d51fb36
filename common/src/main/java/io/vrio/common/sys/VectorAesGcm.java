// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import jnr.ffi.LibraryLoader;

/**
 * AES-256-GCM under one key by Intel's libIPSec_MB, with the vector instructions that OpenSSL 3.0
 * does not use: more than twice as fast. In place on native memory, without garbage. The memory
 * must be this process's own: where a guest's vanishes in native code, the process ends. One
 * worker.
 */
public final class VectorAesGcm implements AutoCloseable {
    private static final Set<String> NEEDED =
            Set.of("avx512f", "avx512bw", "avx512vl", "avx512dq", "vaes", "vpclmulqdq");

    private static final LibIpsecMb CRYPTO = load();
    private static final int ALIGNMENT = 64;

    /** More than the library's {@code gcm_key_data}, which has 240 + 128 * 16 bytes at most. */
    private static final int KEY_DATA_LENGTH = 4096;

    /** More than its {@code gcm_context_data}, which has 88. */
    private static final int CONTEXT_LENGTH = 256;

    private static final int KEY_DATA = 0;
    private static final int CONTEXT = KEY_DATA + KEY_DATA_LENGTH;
    private static final int IV = CONTEXT + CONTEXT_LENGTH;
    private static final int TAG = IV + 16;
    private static final int KEY = TAG + AesGcm.TAG_LENGTH;
    private static final int LENGTH = KEY + AesGcm.KEY_LENGTH;

    private final NativeBuffer memory = new NativeBuffer(LENGTH + ALIGNMENT);
    private final MemorySlice area;
    private final MemorySlice iv;
    private final long keyData;
    private final long context;
    private boolean isClosed;

    /**
     * @throws IllegalStateException when the library or the processor is not there
     */
    public VectorAesGcm(byte[] key) {
        if (CRYPTO == null || key.length != AesGcm.KEY_LENGTH) {
            throw new IllegalStateException("no libIPSec_MB, or a key of another length");
        }
        long start = memory.slice().address(0, LENGTH + ALIGNMENT);
        area = memory.slice().slice(-start & ALIGNMENT - 1, LENGTH);
        iv = area.slice(IV, AesGcm.IV_LENGTH);
        keyData = area.address(KEY_DATA, KEY_DATA_LENGTH);
        context = area.address(CONTEXT, CONTEXT_LENGTH);
        area.putBytes(KEY, key, 0, key.length);
        // Safety: both are inside our memory; the key is expanded, and wiped here at once.
        CRYPTO.aes_gcm_pre_256_vaes_avx512(area.address(KEY, key.length), keyData);
        area.fill(KEY, key.length, (byte) 0);
    }

    private static LibIpsecMb load() {
        if (!hasInstructions()) {
            return null;
        }
        try {
            return LibraryLoader.create(LibIpsecMb.class)
                    .failImmediately()
                    .load("libIPSec_MB.so.1");
        } catch (UnsatisfiedLinkError e) {
            // Not installed, or a version without these functions: isAvailable says so.
            return null;
        }
    }

    private static boolean hasInstructions() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            List<String> flags =
                    lines.filter(line -> line.startsWith("flags"))
                            .findFirst()
                            .map(line -> Arrays.asList(line.split("\\s+")))
                            .orElse(List.of());
            return flags.containsAll(NEEDED);
        } catch (IOException e) {
            // Not known: what always works is used.
            return false;
        }
    }

    /** Whether this machine has the library, and a processor with these instructions. */
    public static boolean isAvailable() {
        return CRYPTO != null;
    }

    /** Where the next nonce is to be written, {@link AesGcm#IV_LENGTH} bytes from 0 on. */
    public MemorySlice iv() {
        return iv;
    }

    /**
     * Encrypts the bytes from {@code clearLength} to {@code length}, and writes a tag for all of
     * them behind.
     */
    public void seal(MemorySlice frame, int clearLength, int length) {
        long start = begin(frame, clearLength, length, length + AesGcm.TAG_LENGTH);
        long text = start + clearLength;
        // Safety: all addresses are inside the slice, whose length was checked.
        CRYPTO.aes_gcm_enc_256_update_vaes_avx512(
                keyData, context, text, text, length - clearLength);
        CRYPTO.aes_gcm_enc_256_finalize_vaes_avx512(
                keyData, context, start + length, AesGcm.TAG_LENGTH);
    }

    /**
     * Decrypts what {@link #seal} has made.
     *
     * @param length with the tag
     * @return whether the tag is right; if not, the bytes are spoilt
     */
    public boolean open(MemorySlice frame, int clearLength, int length) {
        int textLimit = length - AesGcm.TAG_LENGTH;
        if (clearLength < 0 || textLimit < clearLength) {
            return false;
        }
        long text = begin(frame, clearLength, textLimit, length) + clearLength;
        // Safety: as in seal.
        CRYPTO.aes_gcm_dec_256_update_vaes_avx512(
                keyData, context, text, text, textLimit - clearLength);
        CRYPTO.aes_gcm_dec_256_finalize_vaes_avx512(
                keyData, context, area.address(TAG, AesGcm.TAG_LENGTH), AesGcm.TAG_LENGTH);
        // In the same time wherever they differ: that would tell a forger how far he is.
        long difference =
                (area.getLong(TAG) ^ frame.getLong(textLimit))
                        | (area.getLong(TAG + 8) ^ frame.getLong(textLimit + 8L));
        return difference == 0;
    }

    /** Takes the nonce and what stays readable; returns where the frame begins. */
    private long begin(MemorySlice frame, int clearLength, int textLimit, int length) {
        long start = frame.address(0, length);
        if (isClosed || clearLength < 0 || textLimit < clearLength) {
            throw new IllegalStateException("the key has been wiped, or lengths are wrong");
        }
        CRYPTO.aes_gcm_init_256_vaes_avx512(
                keyData, context, iv.address(0, AesGcm.IV_LENGTH), start, clearLength);
        return start;
    }

    /** Wipes the key. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            area.fill(0, LENGTH, (byte) 0);
            memory.close();
            // Safety: a nonce for a key that was wiped fails its bounds check.
            iv.wrap(0, 0);
            area.wrap(0, 0);
        }
    }
}
