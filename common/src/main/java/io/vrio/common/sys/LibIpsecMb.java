// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import jnr.ffi.annotations.IgnoreError;

/**
 * What is used of Intel's Multi-Buffer Crypto for IPsec, as jnr-ffi binds it: native addresses are
 * longs. Only {@link VectorAesGcm} calls it. None of the calls can fail or leaves an errno behind.
 */
public interface LibIpsecMb {
    @IgnoreError
    void aes_gcm_pre_256_vaes_avx512(long key, long keyData);

    @IgnoreError
    void aes_gcm_init_256_vaes_avx512(
            long keyData, long context, long iv, long clear, long clearLength);

    @IgnoreError
    void aes_gcm_enc_256_update_vaes_avx512(
            long keyData, long context, long target, long source, long length);

    @IgnoreError
    void aes_gcm_enc_256_finalize_vaes_avx512(long keyData, long context, long tag, long tagLength);

    @IgnoreError
    void aes_gcm_dec_256_update_vaes_avx512(
            long keyData, long context, long target, long source, long length);

    @IgnoreError
    void aes_gcm_dec_256_finalize_vaes_avx512(long keyData, long context, long tag, long tagLength);
}
