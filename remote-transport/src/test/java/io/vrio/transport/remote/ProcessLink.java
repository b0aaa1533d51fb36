// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.LinkLayer;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.IpAddress;
import java.util.HashSet;
import java.util.Set;

/**
 * The packet socket of one process on a wire that outlives it: takes the frames for one port, and
 * is silent once the process has died.
 */
final class ProcessLink implements LinkLayer {
    private static final int SHORTEST = FrameHeader.RST_LENGTH;

    private final Link wire;
    private final int port;
    private final FrameHeader header = new FrameHeader();
    private final Set<Asker> askers = new HashSet<>();
    private boolean isAlive = true;

    /** Who has sent a SYN. */
    private record Asker(IpAddress address, int port) {}

    ProcessLink(Link wire, int port) {
        this.wire = wire;
        this.port = port;
    }

    /** The process has died: it says no more and hears no more. */
    void die() {
        isAlive = false;
    }

    @Override
    public Link inner() {
        return wire;
    }

    @Override
    public boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        return isAlive && wire.send(headers, headersLength, payload, payloadOffset, payloadLength);
    }

    @Override
    public int receive(MemorySlice buffer) {
        // Limit: as many as have come; those for other ports are dropped, as a filter does.
        while (isAlive) {
            int length = wire.receive(buffer);
            boolean isOurs = length >= SHORTEST && header.wrap(buffer).destinationPort() == port;
            if (isOurs && header.flags() == FrameHeader.SYN) {
                askers.add(new Asker(header.sourceAddress(), header.sourcePort()));
            }
            if (length == 0 || isOurs) {
                return length;
            }
        }
        return 0;
    }

    /** Whether this process has got a SYN of somebody, right or not. */
    boolean hasAsked(Endpoint who) {
        return askers.contains(new Asker(who.address(), who.port()));
    }

    @Override
    public int descriptor() {
        return -1;
    }

    /** The wire is there for the next process. */
    @Override
    public void close() {
        die();
    }
}
