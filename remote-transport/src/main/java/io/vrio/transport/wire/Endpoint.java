// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

/**
 * One end of a flow on the wire.
 *
 * @param hardwareAddress the Ethernet address, first byte in bits 47-40; 0 while it is not known
 * @param port the TCP port, 0 to 65535
 */
public record Endpoint(long hardwareAddress, IpAddress address, int port) {
    /** With an IPv4 address as a number, its first byte in bits 31-24. */
    public Endpoint(long hardwareAddress, int address, int port) {
        this(hardwareAddress, IpAddress.ipv4(address), port);
    }

    /** The address and port alone: what an operator wrote. */
    @Override
    public String toString() {
        return format(address, port);
    }

    /** An IPv6 address stands in brackets, so that its colons are not the port's. */
    public static String format(IpAddress address, int port) {
        return switch (address.version()) {
            case V4 -> address + ":" + port;
            case V6 -> "[" + address + "]:" + port;
        };
    }
}
