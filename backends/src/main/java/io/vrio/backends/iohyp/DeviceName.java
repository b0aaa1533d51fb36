// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

/** What devices and servers may be called. */
final class DeviceName {
    static final String LEGAL = "1-64 of A-Z a-z 0-9 . _ -";

    private static final String PATTERN = "[A-Za-z0-9._-]{1,64}";

    private DeviceName() {}

    static boolean isLegal(String name) {
        return name.matches(PATTERN);
    }

    /** A name that came from outside, fit for a message or a log line. */
    static String printable(String name) {
        return name.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
