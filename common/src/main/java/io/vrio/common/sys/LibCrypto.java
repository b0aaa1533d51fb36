// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import jnr.ffi.annotations.IgnoreError;

/**
 * What is used of OpenSSL 3, as jnr-ffi binds it: native addresses are longs. Only {@link AesGcm}
 * calls it. None of the calls leaves an errno behind.
 */
public interface LibCrypto {
    @IgnoreError
    long EVP_CIPHER_CTX_new();

    @IgnoreError
    void EVP_CIPHER_CTX_free(long context);

    @IgnoreError
    long EVP_aes_256_gcm();

    @IgnoreError
    int EVP_EncryptInit_ex(long context, long cipher, long engine, long key, long iv);

    @IgnoreError
    int EVP_EncryptUpdate(long context, long target, long written, long source, int length);

    @IgnoreError
    int EVP_EncryptFinal_ex(long context, long target, long written);

    @IgnoreError
    int EVP_DecryptInit_ex(long context, long cipher, long engine, long key, long iv);

    @IgnoreError
    int EVP_DecryptUpdate(long context, long target, long written, long source, int length);

    @IgnoreError
    int EVP_DecryptFinal_ex(long context, long target, long written);

    @IgnoreError
    int EVP_CIPHER_CTX_ctrl(long context, int command, int argument, long pointer);
}
