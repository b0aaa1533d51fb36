// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

/**
 * How long one key of one direction is used; whichever limit is reached first.
 *
 * @param bytesMax bytes sealed with it
 * @param ageMaxNs time since it was first sealed with
 */
public record KeyLimits(long bytesMax, long ageMaxNs) {
    /**
     * 2^36 bytes: a fifth of what TLS 1.3 allows (RFC 8446, 5.5: 2^24.5 records of 2^14 bytes), so
     * that what AES-GCM gives away stays below 2^-60. Two minutes: who gets hold of a key reads no
     * more than that of what was said before.
     */
    public static final KeyLimits DEFAULT = new KeyLimits(1L << 36, 120_000_000_000L);
}
