// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

/** What a disk, a NIC or a server may be called. */
public final class DeviceName {
    /** For error messages. */
    public static final String LEGAL = "1-64 of A-Z a-z 0-9 . _ -, the first a letter or digit";

    private static final String PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    private DeviceName() {}

    public static boolean isLegal(String name) {
        return name.matches(PATTERN);
    }
}
