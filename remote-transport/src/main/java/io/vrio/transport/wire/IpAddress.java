// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An IPv4 or IPv6 address. Both are 16 bytes here: an IPv4 address is {@code ::ffff:a.b.c.d} (RFC
 * 4291, 2.5.5.2), which is never found in the header of IPv6, so that two numbers tell all.
 *
 * @param high bytes 0-7, the first in bits 63-56
 * @param low bytes 8-15
 */
public record IpAddress(long high, long low) {
    private static final int IPV6_LENGTH = 16;
    private static final int GROUPS = 8;
    private static final long LOW_32 = 0xFFFF_FFFFL;
    static final long IPV4_PREFIX = 0xFFFF_0000_0000L;

    /** Nothing else may reach the platform's parser: it would look a name up. */
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F]*:[0-9a-fA-F:]*[0-9.]*");

    /** The IPv4 address whose first byte is in bits 31-24 of {@code address}. */
    public static IpAddress ipv4(int address) {
        return new IpAddress(0, IPV4_PREFIX | address & LOW_32);
    }

    /**
     * @param bytes 4 or 16, in network order
     */
    public static IpAddress of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return bytes.length == IPV6_LENGTH
                ? new IpAddress(buffer.getLong(), buffer.getLong())
                : ipv4(buffer.getInt());
    }

    /**
     * @throws IllegalArgumentException with one line, when it is no address; names are not looked
     *     up
     */
    public static IpAddress parse(String text) {
        if (text.indexOf(':') < 0) {
            return ipv4(Ipv4Address.parse(text));
        }
        try {
            if (IPV6.matcher(text).matches()) {
                return of(InetAddress.getByName(text).getAddress());
            }
        } catch (UnknownHostException e) {
            // Reported below, together with what only has a colon in it.
        }
        throw new IllegalArgumentException("'" + text + "' is not an IPv6 address like fd00::10");
    }

    public IpVersion version() {
        return isIpv4(high, low) ? IpVersion.V4 : IpVersion.V6;
    }

    static boolean isIpv4(long high, long low) {
        return high == 0 && (low & ~LOW_32) == IPV4_PREFIX;
    }

    /** As a number, the first byte in bits 31-24; only of an IPv4 address. */
    public int ipv4() {
        if (version() != IpVersion.V4) {
            throw new IllegalStateException(this + " is not an IPv4 address");
        }
        return (int) low;
    }

    /** Whether it means something on one link alone ({@code fe80::/10}). */
    public boolean isLinkLocal() {
        return high >>> 54 == 0xFE80 >>> 6;
    }

    /** The 16 bytes of an IPv6 address, the 4 of an IPv4 address, in network order. */
    public byte[] bytes() {
        return switch (version()) {
            case V4 -> ByteBuffer.allocate(4).putInt((int) low).array();
            case V6 -> ByteBuffer.allocate(IPV6_LENGTH).putLong(high).putLong(low).array();
        };
    }

    /** As RFC 5952 has it: lower case, the longest run of zeros as {@code ::}. */
    @Override
    public String toString() {
        return switch (version()) {
            case V4 -> Ipv4Address.format((int) low);
            case V6 -> groups();
        };
    }

    private String groups() {
        int zeros = longestZeros();
        int count = zerosAt(zeros);
        return count < 2
                ? groups(0, GROUPS)
                : groups(0, zeros) + "::" + groups(zeros + count, GROUPS);
    }

    private String groups(int from, int limit) {
        return IntStream.range(from, limit)
                .mapToObj(i -> Integer.toHexString(group(i)))
                .collect(Collectors.joining(":"));
    }

    /** The index of the first of the longest run of groups that are 0. */
    private int longestZeros() {
        int longest = 0;
        for (int i = 1; i < GROUPS; i++) {
            longest = zerosAt(i) > zerosAt(longest) ? i : longest;
        }
        return longest;
    }

    private int zerosAt(int index) {
        int count = 0;
        while (index + count < GROUPS && group(index + count) == 0) {
            count++;
        }
        return count;
    }

    private int group(int index) {
        long half = index < GROUPS / 2 ? high : low;
        return (int) (half >>> 48 - index % 4 * 16) & 0xFFFF;
    }
}
