// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.transport.wire.IpAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** The IPv6 addresses of one interface, as {@code /proc/net/if_inet6} tells them. */
final class Ipv6AddressTable {
    /** Limit: addresses of this machine that are looked at. */
    private static final int LINES_MAX = 4096;

    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final int COLUMNS = 6;

    /** The kernel looks for another station that has it, and does not use it meanwhile. */
    private static final int TENTATIVE = 0x40;

    /** There is one. */
    private static final int DUPLICATE = 0x08;

    /** In the order of the file. */
    private final List<IpAddress> addresses = new ArrayList<>();

    private final List<IpAddress> tentative = new ArrayList<>();

    static Ipv6AddressTable parse(List<String> lines, String interfaceName) {
        Ipv6AddressTable table = new Ipv6AddressTable();
        // Columns: address, and in hexadecimal interface index, prefix length, scope, flags; name.
        lines.stream()
                .limit(LINES_MAX)
                .map(line -> SPACE.split(line.strip()))
                .filter(c -> c.length == COLUMNS && c[5].equals(interfaceName))
                .forEach(c -> table.add(c[0], Integer.parseInt(c[4], 16)));
        return table;
    }

    private void add(String digits, int flags) {
        IpAddress address = IpAddress.of(HexFormat.of().parseHex(digits));
        addresses.add(address);
        if ((flags & (TENTATIVE | DUPLICATE)) != 0) {
            tentative.add(address);
        }
    }

    List<IpAddress> addresses() {
        return addresses;
    }

    /** Whether the kernel does not use it, because another station may have it. */
    boolean isTentative(IpAddress address) {
        return tentative.contains(address);
    }
}
