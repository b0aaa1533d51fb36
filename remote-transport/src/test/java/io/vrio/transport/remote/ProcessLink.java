// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.LinkLayer;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.IpAddress;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * The packet socket of a worker of one process on a wire that outlives it: takes the frames for one
 * port, and is silent once the process has died.
 */
public final class ProcessLink implements LinkLayer {
    static final int SHORTEST = FrameHeader.RST_LENGTH;

    /** Limit: frames that others have taken off the wire; more are lost. */
    private static final int INBOX_MAX = 8192;

    private final WireEnd end;
    private final Link wire;
    private final int port;
    private final FrameHeader header = new FrameHeader();
    private final Set<Asker> askers = new HashSet<>();

    /** What has come while others looked. */
    private final ArrayDeque<byte[]> inbox = new ArrayDeque<>();

    private boolean hasNews;
    private boolean isAlive = true;

    /** Who has sent a SYN. */
    private record Asker(IpAddress address, int port) {}

    /** Made by the end of the wire. */
    ProcessLink(WireEnd end, int port) {
        this.end = end;
        this.port = port;
        wire = end.wire();
    }

    int port() {
        return port;
    }

    /** The process has died: it says no more and hears no more. */
    void die() {
        isAlive = false;
        inbox.clear();
        hasNews = false;
        end.forget(this);
    }

    /** Somebody else has found a frame for us. */
    void put(MemorySlice frame, int length) {
        if (inbox.size() < INBOX_MAX) {
            byte[] bytes = new byte[length];
            frame.getBytes(0, bytes, 0, length);
            inbox.add(bytes);
            hasNews = true;
        }
    }

    /** Whether there is a frame that the owner cannot have seen. */
    public boolean hasNews() {
        return hasNews;
    }

    /**
     * Whether a frame waits for us.
     *
     * @param isWireReadable whether one waits at this end of the wire
     */
    boolean isReadable(boolean isWireReadable) {
        if (isWireReadable && end.isAlone()) {
            return true;
        }
        if (isWireReadable) {
            end.distribute();
        }
        hasNews = false;
        return !inbox.isEmpty();
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
        hasNews = false;
        // Limit: as many as have come.
        while (isAlive) {
            int length = take(buffer);
            boolean isOurs = length >= SHORTEST && header.wrap(buffer).destinationPort() == port;
            if (isOurs && header.flags() == FrameHeader.SYN) {
                askers.add(new Asker(header.sourceAddress(), header.sourcePort()));
            }
            if (length == 0 || isOurs) {
                return length;
            }
            end.handOn(buffer, length);
        }
        return 0;
    }

    private int take(MemorySlice buffer) {
        byte[] frame = inbox.poll();
        if (frame == null) {
            return wire.receive(buffer);
        }
        buffer.putBytes(0, frame, 0, frame.length);
        return frame.length;
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
