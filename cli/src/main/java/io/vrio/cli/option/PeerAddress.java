// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import io.vrio.transport.wire.Ipv4Address;

/** Where the IOhyp is, as the operator wrote it. */
public record PeerAddress(int address, int port) {
    @Override
    public String toString() {
        return Ipv4Address.format(address) + ":" + port;
    }
}
