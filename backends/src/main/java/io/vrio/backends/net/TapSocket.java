// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.Host;
import io.vrio.backends.net.NicSpec.TapSpec;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.LinkStatus;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.RouteNetlink;
import io.vrio.common.sys.TapDevice;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A tap: what the host sends to the interface is for the guest. One that is not persistent goes
 * when this is closed; a persistent one keeps its bridge and MTU. One worker.
 */
final class TapSocket implements FrameSocket {
    private static final String BRIDGE = "bridge";
    private static final String OPEN_VSWITCH = "openvswitch";
    private static final String TUN = "tun";

    /** First byte of the host's side: a bridge takes the lowest address of its ports as its own. */
    private static final long HIGH_MAC = 0xFEL << 40;

    private static final long LOW_MAC_MASK = (1L << 40) - 1;

    private final HostInterface hostInterface;
    private final TapFrames frames;

    private TapSocket(HostInterface hostInterface, TapFrames frames) {
        this.hostInterface = hostInterface;
        this.frames = frames;
    }

    static TapSocket open(TapSpec spec) throws BackendException {
        try (RouteNetlink netlink = new RouteNetlink()) {
            LinkStatus before = netlink.link(spec.name());
            checkTap(spec.name(), before);
            LinkStatus bridge = spec.bridge().isEmpty() ? null : bridge(netlink, spec);
            TapFrames frames = new TapFrames(attach(spec.name()));
            try {
                LinkStatus tap = netlink.link(spec.name());
                if (before == null) {
                    prepare(netlink, tap, bridge);
                }
                join(netlink, tap, bridge);
                setMtu(netlink, tap, spec);
                netlink.setUp(tap.index(), "bring up " + tap.name());
                return new TapSocket(HostInterface.open(tap), frames);
            } catch (BackendException | RuntimeException e) {
                frames.close();
                throw e;
            }
        } catch (ErrnoException e) {
            throw new BackendException(
                    "tap " + spec.name() + ": " + Privilege.explain(e, "CAP_NET_ADMIN"), e);
        }
    }

    private static void checkTap(String name, LinkStatus status) throws BackendException {
        if (status != null && !(status.kind().equals(TUN) && status.isEthernet())) {
            throw new BackendException(
                    name + " is a network interface, but no tap: choose another name");
        }
    }

    private static LinkStatus bridge(RouteNetlink netlink, TapSpec spec) throws BackendException {
        LinkStatus bridge = netlink.link(spec.bridge());
        if (bridge == null) {
            throw new BackendException(
                    "there is no bridge "
                            + spec.bridge()
                            + ": `ip link show type bridge` lists those there are");
        }
        // One that forwards in user space is a tap to the kernel.
        if (bridge.kind().equals(OPEN_VSWITCH) || bridge.kind().equals(TUN)) {
            throw new BackendException(
                    spec.bridge()
                            + " is no Linux bridge; if it is one of Open vSwitch, leave out the"
                            + " bridge, and run once: ip tuntap add "
                            + spec.name()
                            + " mode tap && ovs-vsctl add-port "
                            + spec.bridge()
                            + " "
                            + spec.name());
        }
        if (!bridge.kind().equals(BRIDGE)) {
            throw new BackendException(
                    spec.bridge()
                            + " is no bridge: `ip link show type bridge` lists those there are");
        }
        return bridge;
    }

    private static TapDevice attach(String name) throws BackendException {
        try {
            return TapDevice.open(name);
        } catch (ErrnoException e) {
            String problem =
                    switch (e.errno()) {
                        case Linux.EBUSY -> "in use by another process: choose another name";
                        case Linux.ENOENT, Linux.ENODEV, Linux.ENXIO ->
                                "this machine has no driver for taps: run `modprobe tun`";
                        default -> Privilege.explain(e, "CAP_NET_ADMIN");
                    };
            throw new BackendException("tap " + name + ": " + problem, e);
        }
    }

    /** A new tap takes after its bridge, and does not give the bridge another address. */
    private static void prepare(RouteNetlink netlink, LinkStatus tap, LinkStatus bridge) {
        netlink.setMac(tap.index(), address(tap.name()), "address of tap " + tap.name());
        if (bridge != null && bridge.mtu() != tap.mtu()) {
            netlink.setMtu(tap.index(), bridge.mtu(), "MTU of tap " + tap.name());
        }
    }

    /**
     * The same after a restart: a bridge without other ports has it as its own, and guests go on to
     * send to the address that they know it by.
     */
    private static long address(String name) {
        byte[] seed = (Host.machineId() + " " + name).getBytes(StandardCharsets.UTF_8);
        return HIGH_MAC | UUID.nameUUIDFromBytes(seed).getMostSignificantBits() & LOW_MAC_MASK;
    }

    private static void join(RouteNetlink netlink, LinkStatus tap, LinkStatus bridge)
            throws BackendException {
        if (bridge == null || tap.master() == bridge.index()) {
            return;
        }
        if (tap.master() != 0) {
            throw new BackendException(
                    "tap "
                            + tap.name()
                            + " is a port of another bridge already: `ip link set "
                            + tap.name()
                            + " nomaster` ends that");
        }
        netlink.setMaster(
                tap.index(), bridge.index(), "tap " + tap.name() + " into " + bridge.name());
    }

    private static void setMtu(RouteNetlink netlink, LinkStatus tap, TapSpec spec) {
        if (spec.options().mtu() != 0) {
            netlink.setMtu(tap.index(), spec.options().mtu(), "MTU of tap " + tap.name());
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
        return status.txDropped();
    }

    @Override
    public void setCarrier(boolean isOn) {
        // A tap that was removed has none; the events tell of that.
        frames.device().setCarrier(isOn);
    }

    @Override
    public void close() {
        frames.close();
        hostInterface.close();
    }
}
