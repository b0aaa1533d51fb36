// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import java.util.Arrays;

/**
 * What a handshake has agreed on, as one end sees it. Belongs to whoever seals with it, who wipes
 * it.
 *
 * @param send key of what this end sends, 32 bytes
 * @param receive key of what it receives
 */
public record TransportKeys(byte[] send, byte[] receive) implements AutoCloseable {
    @Override
    public String toString() {
        return "TransportKeys";
    }

    @Override
    public void close() {
        Arrays.fill(send, (byte) 0);
        Arrays.fill(receive, (byte) 0);
    }
}
