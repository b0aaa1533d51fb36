// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import java.util.regex.Pattern;

/** IPv4 addresses as an operator writes them; as a number the first byte is in bits 31-24. */
public final class Ipv4Address {
    private static final Pattern DOTS = Pattern.compile("\\.");
    private static final Pattern BYTE = Pattern.compile("0|[1-9][0-9]{0,2}");

    private Ipv4Address() {}

    /**
     * @throws IllegalArgumentException with one line, when it is not four decimal numbers; names
     *     are not looked up
     */
    public static int parse(String text) {
        String[] parts = DOTS.split(text, -1);
        int address = 0;
        boolean isValid = parts.length == 4;
        for (int i = 0; isValid && i < parts.length; i++) {
            isValid = BYTE.matcher(parts[i]).matches() && Integer.parseInt(parts[i]) <= 255;
            address = isValid ? address << 8 | Integer.parseInt(parts[i]) : 0;
        }
        if (!isValid) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an IPv4 address like 192.168.1.10");
        }
        return address;
    }

    public static String format(int address) {
        return (address >>> 24)
                + "."
                + (address >>> 16 & 0xFF)
                + "."
                + (address >>> 8 & 0xFF)
                + "."
                + (address & 0xFF);
    }
}
