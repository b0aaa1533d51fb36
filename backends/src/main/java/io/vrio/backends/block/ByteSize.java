// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

/** Sizes as operators write them: bytes, or a number with K, M, G or T (powers of 1024). */
public final class ByteSize {
    /** For error messages. */
    public static final String LEGAL = "a number of bytes, or a number with K, M, G or T";

    private static final String UNITS = "KMGT";

    private ByteSize() {}

    /** The number of bytes that {@code text} says, or -1 when it is not a size of this form. */
    public static long parse(String text) {
        int digits = text.length();
        long unit = 1;
        if (digits > 0) {
            int power = UNITS.indexOf(Character.toUpperCase(text.charAt(digits - 1))) + 1;
            unit = 1L << (10 * power);
            digits -= power > 0 ? 1 : 0;
        }
        // Limit: 18 digits are always a long.
        if (digits == 0 || digits > 18) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < digits; i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            number = number * 10 + (digit - '0');
        }
        return number > Long.MAX_VALUE / unit ? -1 : number * unit;
    }

    /** The shortest text that {@link #parse} reads back as the same number of bytes. */
    public static String format(long bytes) {
        long number = bytes;
        int power = 0;
        while (number != 0 && number % 1024 == 0 && power < UNITS.length()) {
            number /= 1024;
            power++;
        }
        return power == 0 ? Long.toString(number) : number + "" + UNITS.charAt(power - 1);
    }
}
