// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;

/**
 * A link over an AF_PACKET socket with virtio_net_hdr: one system call per super-frame of up to 64
 * KB, gathered from the payload's own memory. It sees only frames to one own address and TCP port.
 */
public final class PacketLink implements Link {
    private PacketLink() {}

    /**
     * @param tcpPort the own TCP port, see {@link GuardSocket#port}
     * @throws LinkException with one line, when packet sockets are not permitted
     */
    public static PacketLink open(NetworkPort port, int tcpPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int mtu() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long hardwareAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int receive(MemorySlice buffer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int descriptor() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Counters<LinkCounter> counters() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
