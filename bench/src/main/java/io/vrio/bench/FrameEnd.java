// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.link.GuardSocket;
import io.vrio.transport.link.LinkKind;
import io.vrio.transport.link.LinkOpener;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.link.SocketLink;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import io.vrio.transport.wire.IpAddress;

/** A link of one host without anything above it. One thread at a time. */
final class FrameEnd implements AutoCloseable {
    private static final int MTU = 1500;

    private final NativeBuffer headers = new NativeBuffer(FrameHeader.HEADERS_MAX);
    private final NativeBuffer received = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final NativeBuffer data = new NativeBuffer(FrameHeader.PAYLOAD_MAX);
    private final SliceList payload = new SliceList();
    private final NetworkPort port;
    private final GuardSocket guard;
    private final LinkOpener opener;
    private final SocketLink link;
    private FrameWriter writer;

    /** In the namespace of the calling thread. */
    FrameEnd(Network.End end, LinkKind kind) {
        payload.add(data.slice(), 0, FrameHeader.PAYLOAD_MAX);
        port = NetworkPort.open(end.interfaceName(), IpAddress.parse(end.address()));
        guard = GuardSocket.open(port, 0);
        opener = new LinkOpener(port, kind);
        link = opener.open(guard.port());
        if (link.kind() != kind) {
            throw new IllegalStateException("no " + kind + " here: " + opener.reason());
        }
    }

    private Endpoint endpoint() {
        return new Endpoint(port.hardwareAddress(), port.address(), guard.port());
    }

    void connect(FrameEnd other) {
        writer = new FrameWriter(endpoint(), other.endpoint(), MTU);
    }

    void send(int length) {
        int headersLength = writer.writeData(headers.slice(), 1, 0, 1 << 20, length);
        link.send(headers.slice(), headersLength, payload, 0, length);
    }

    /** Whether a frame has come. */
    boolean receive() {
        return link.receive(received.slice()) > 0;
    }

    @Override
    public void close() {
        link.close();
        opener.close();
        guard.close();
        port.close();
        headers.close();
        received.close();
        data.close();
    }
}
