// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec.RawSpec;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.LinkStatus;
import io.vrio.common.sys.RouteNetlink;

/**
 * All of a network interface: the guest gets every frame that arrives there, and its own leave as
 * they are. The host should have no address on it. One worker.
 */
final class RawSocket implements FrameSocket {
    private final HostInterface hostInterface;
    private final PacketFrames frames;

    private RawSocket(HostInterface hostInterface, PacketFrames frames) {
        this.hostInterface = hostInterface;
        this.frames = frames;
    }

    static RawSocket open(RawSpec spec) throws BackendException {
        try (RouteNetlink netlink = new RouteNetlink()) {
            LinkStatus status = netlink.link(spec.name());
            check(spec, status);
            netlink.setUp(status.index(), "bring up " + spec.name());
            PacketFrames frames = PacketFrames.open(status.index());
            try {
                return new RawSocket(HostInterface.open(status), frames);
            } catch (RuntimeException e) {
                frames.close();
                throw e;
            }
        } catch (ErrnoException e) {
            throw new BackendException(
                    "raw " + spec.name() + ": " + Privilege.explain(e, "CAP_NET_RAW CAP_NET_ADMIN"),
                    e);
        }
    }

    private static void check(RawSpec spec, LinkStatus status) throws BackendException {
        if (status == null) {
            throw new BackendException(
                    "there is no network interface "
                            + spec.name()
                            + ": `ip link` lists those there are");
        }
        if (!status.isEthernet()) {
            throw new BackendException(
                    spec.name() + " is not Ethernet: name a NIC, bond, VLAN or veth");
        }
        if (status.master() != 0) {
            throw new BackendException(
                    spec.name()
                            + " is a port of a bridge or bond: use a tap on that bridge, or run `ip"
                            + " link set "
                            + spec.name()
                            + " nomaster`");
        }
        if (spec.options().mtu() > status.mtu()) {
            throw new BackendException(
                    "mtu=" + spec.options().mtu() + ": " + spec.name() + " has " + status.mtu());
        }
    }

    @Override
    public FrameFile frames() {
        return frames;
    }

    @Override
    public HostInterface hostInterface() {
        return hostInterface;
    }

    @Override
    public long lostCount(LinkStatus status) {
        return frames.lostCount();
    }

    @Override
    public void close() {
        frames.close();
        hostInterface.close();
    }
}
