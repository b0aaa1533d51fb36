// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

/**
 * Opens links at an interface, of the kind that its operator wants. One worker, which closes it.
 */
public final class LinkOpener implements AutoCloseable {
    private final NetworkPort port;
    private final LinkKind wanted;
    private final XdpPort xdp;
    private SocketLink last;

    /**
     * @param port stays the caller's, and outlives the opener
     */
    public LinkOpener(NetworkPort port, LinkKind wanted) {
        this.port = port;
        this.wanted = wanted;
        xdp = new XdpPort(port);
    }

    /**
     * A link to one own TCP port, see {@link PacketLink#open}. Where the wanted kind cannot be had
     * it is a packet link, and one line of the log says why. Of several links that are open the
     * last one has the AF_XDP sockets.
     */
    public SocketLink open(int tcpPort) {
        PacketLink packets = PacketLink.open(port, tcpPort);
        last =
                switch (wanted) {
                    case PACKET -> packets;
                    case XDP -> new XdpLink(packets, xdp, tcpPort);
                };
        return last;
    }

    /** Where the links are. */
    public NetworkPort port() {
        return port;
    }

    /** What carries short frames, of the last link that was opened. */
    public LinkKind kind() {
        return last == null ? LinkKind.PACKET : last.kind();
    }

    /** Why that is not what was wanted; or empty. */
    public String reason() {
        return xdp.reason();
    }

    @Override
    public void close() {
        xdp.close();
    }
}
