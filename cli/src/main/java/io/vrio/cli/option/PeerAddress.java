// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;

/** Where the IOhyp is, as the operator wrote it. */
public record PeerAddress(ScopedAddress host, int port) {
    public IpAddress address() {
        return host.address();
    }

    @Override
    public String toString() {
        return Endpoint.format(address(), port);
    }
}
