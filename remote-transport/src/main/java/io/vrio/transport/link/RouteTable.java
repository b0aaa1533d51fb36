// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The IPv4 routes of one interface, as {@code /proc/net/route} tells them (the main table). */
final class RouteTable {
    /** Limit: lines that are read; a host has tens of routes, a router is no place for us. */
    private static final int LINES_MAX = 10_000;

    private static final Pattern SPACE = Pattern.compile("\\s+");
    private static final int COLUMNS_MIN = 8;
    private static final int FLAG_UP = 1;

    private record Route(int destination, int mask, int gateway, int metric) {
        boolean covers(int address) {
            return (address & mask) == destination;
        }

        boolean isBetterThan(Route other) {
            int difference = Integer.bitCount(mask) - Integer.bitCount(other.mask);
            return difference != 0 ? difference > 0 : metric < other.metric;
        }
    }

    private final List<Route> routes = new ArrayList<>();

    /**
     * @param lines of the file, the heading included
     */
    static RouteTable parse(List<String> lines, String interfaceName) {
        RouteTable table = new RouteTable();
        // Columns: Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT.
        lines.stream()
                .skip(1)
                .limit(LINES_MAX)
                .map(line -> SPACE.split(line.strip()))
                .filter(c -> c.length >= COLUMNS_MIN && c[0].equals(interfaceName))
                .filter(c -> (Integer.parseInt(c[3], 16) & FLAG_UP) != 0)
                .map(c -> new Route(hex(c[1]), hex(c[7]), hex(c[2]), Integer.parseInt(c[6])))
                .forEach(table.routes::add);
        return table;
    }

    /** The file prints addresses as the machine's numbers: little endian on ours. */
    private static int hex(String column) {
        return Integer.reverseBytes(Integer.parseUnsignedInt(column, 16));
    }

    /** The gateway to {@code address}, or {@code address} itself when it is on this link. */
    int nextHop(int address) {
        Route best = null;
        for (Route route : routes) {
            if (route.covers(address) && (best == null || route.isBetterThan(best))) {
                best = route;
            }
        }
        return best == null || best.gateway == 0 ? address : best.gateway;
    }
}
