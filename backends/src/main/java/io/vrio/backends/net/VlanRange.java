// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

/** VLANs by number, from {@code first} to {@code last}, both included. */
public record VlanRange(int first, int last) {
    /** 0 means no VLAN and 4095 is reserved (IEEE 802.1Q, table 9-2). */
    public static final int MIN = 1;

    public static final int MAX = 4094;

    String text() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}
