// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

/**
 * One end of a flow on the wire.
 *
 * @param hardwareAddress the Ethernet address, first byte in bits 47-40; 0 while it is not known
 * @param address the IPv4 address, first byte in bits 31-24
 * @param port the TCP port, 0 to 65535
 */
public record Endpoint(long hardwareAddress, int address, int port) {
    /** The address and port alone: what an operator wrote. */
    @Override
    public String toString() {
        return Ipv4Address.format(address) + ":" + port;
    }
}
