// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.LinkCounter;

/** Counts the bytes that one end sends and receives, Ethernet headers included. One thread. */
final class CountedLink implements Link {
    private final Link link;
    private long sentBytes;
    private long receivedBytes;

    CountedLink(Link link) {
        this.link = link;
    }

    long sentBytes() {
        return sentBytes;
    }

    long receivedBytes() {
        return receivedBytes;
    }

    @Override
    public int mtu() {
        return link.mtu();
    }

    @Override
    public long hardwareAddress() {
        return link.hardwareAddress();
    }

    @Override
    public boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        sentBytes += headersLength + payloadLength;
        return link.send(headers, headersLength, payload, payloadOffset, payloadLength);
    }

    @Override
    public int receive(MemorySlice buffer) {
        int length = link.receive(buffer);
        receivedBytes += length;
        return length;
    }

    @Override
    public int descriptor() {
        return link.descriptor();
    }

    @Override
    public Counters<LinkCounter> counters() {
        return link.counters();
    }

    @Override
    public void close() {
        link.close();
    }
}
