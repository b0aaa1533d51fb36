// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a backend needs of its owner.
 *
 * @param name of the disk, for threads and logs
 * @param serialSeed the default serial is derived from it: the same over restarts and moves of the
 *     file, another one for another disk
 * @param worker that uses the disk
 */
public record DiskContext(String name, String serialSeed, DiskWorker worker) {
    private static final int SERIAL_HASH_BYTES = 8;

    /** The operator's choice, or 20 characters derived from the seed. */
    String serial(DiskOptions options) {
        return options.serial().isEmpty() ? "vrio" + hash(serialSeed) : options.serial();
    }

    private static String hash(String seed) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] hash = digest.digest(seed.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, SERIAL_HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
