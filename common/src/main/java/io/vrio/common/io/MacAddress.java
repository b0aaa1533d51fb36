// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

/** Ethernet addresses as numbers: the first byte on the wire is in bits 47-40. */
public final class MacAddress {
    /** Bytes on the wire. */
    public static final int LENGTH = 6;

    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    /** For error messages. */
    public static final String LEGAL = "AA:BB:CC:DD:EE:FF, six bytes in hexadecimal";

    /** The first bit on the wire: an address of a group. */
    private static final long GROUP_BIT = 1L << 40;

    private MacAddress() {}

    /** The address that {@code text} says, or -1 when it is none. */
    public static long parse(String text) {
        if (!text.matches("\\p{XDigit}{2}(:\\p{XDigit}{2}){5}")) {
            return -1;
        }
        return Long.parseLong(text.replace(":", ""), 16);
    }

    public static String format(long address) {
        StringBuilder text = new StringBuilder();
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append(String.format("%02x", address >> shift & 0xFF));
            text.append(shift == 0 ? "" : ":");
        }
        return text.toString();
    }

    /** Whether one station can have it: neither the address of a group nor all zeroes. */
    public static boolean isStation(long address) {
        return (address & GROUP_BIT) == 0 && address != 0;
    }

    /** Whether more than one station listens to it. */
    public static boolean isGroup(long address) {
        return (address & GROUP_BIT) != 0;
    }
}
