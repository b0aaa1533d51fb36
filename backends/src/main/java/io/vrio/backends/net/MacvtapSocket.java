// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec.MacvtapSpec;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.LinkStatus;
import io.vrio.common.sys.RouteNetlink;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * A macvtap in mode bridge, made for this and removed at the end: a station of its own behind the
 * lower interface. Gets frames for the guest's address and for groups. One worker.
 */
final class MacvtapSocket implements FrameSocket {
    private static final String KIND = "macvtap";

    /** Before the process id, in the alias of each macvtap that this program has made. */
    private static final String ALIAS = "vrio pid ";

    private final HostInterface hostInterface;
    private final TapFrames frames;

    private MacvtapSocket(HostInterface hostInterface, TapFrames frames) {
        this.hostInterface = hostInterface;
        this.frames = frames;
    }

    /**
     * @param nicName the macvtap is named after it, so that one that was left behind is found again
     */
    static MacvtapSocket open(MacvtapSpec spec, String nicName) throws BackendException {
        try (RouteNetlink netlink = new RouteNetlink()) {
            LinkStatus lower = lower(netlink, spec);
            String name = name(nicName);
            removeLeftOver(netlink, name);
            netlink.addMacvtap(name, lower.index(), spec.options().mac());
            LinkStatus macvtap = netlink.link(name);
            try {
                return open(netlink, spec, macvtap);
            } catch (BackendException | RuntimeException e) {
                netlink.remove(macvtap.index(), "remove " + name);
                throw e;
            }
        } catch (ErrnoException e) {
            throw refusal(spec, e);
        }
    }

    private static MacvtapSocket open(RouteNetlink netlink, MacvtapSpec spec, LinkStatus macvtap)
            throws BackendException {
        String name = macvtap.name();
        int index = macvtap.index();
        netlink.setAlias(index, ALIAS + ProcessHandle.current().pid(), "alias of " + name);
        if (spec.options().mtu() != 0) {
            netlink.setMtu(index, spec.options().mtu(), "MTU of " + name);
        }
        TapFrames frames = new TapFrames(MacvtapNode.open(macvtap));
        try {
            netlink.setUp(index, "bring up " + name);
            return new MacvtapSocket(HostInterface.open(macvtap), frames);
        } catch (RuntimeException e) {
            frames.close();
            throw e;
        }
    }

    private static LinkStatus lower(RouteNetlink netlink, MacvtapSpec spec)
            throws BackendException {
        LinkStatus lower = netlink.link(spec.lower());
        if (lower == null) {
            throw new BackendException(
                    "there is no network interface "
                            + spec.lower()
                            + ": `ip link` lists those there are");
        }
        if (spec.options().mtu() > lower.mtu()) {
            throw new BackendException(
                    "mtu=" + spec.options().mtu() + ": " + spec.lower() + " has " + lower.mtu());
        }
        return lower;
    }

    private static String name(String nicName) {
        CRC32 hash = new CRC32();
        hash.update(nicName.getBytes(StandardCharsets.UTF_8));
        return String.format("vrio-%08x", hash.getValue());
    }

    /** A process that was killed could not remove its macvtap. */
    private static void removeLeftOver(RouteNetlink netlink, String name) throws BackendException {
        LinkStatus present = netlink.link(name);
        if (present == null) {
            return;
        }
        String alias = present.alias();
        boolean isOurs = present.kind().equals(KIND) && alias.matches(ALIAS + "[0-9]{1,9}");
        if (!isOurs) {
            throw new BackendException("network interface " + name + " is somebody else's");
        }
        long pid = Long.parseLong(alias.substring(ALIAS.length()));
        if (ProcessHandle.of(pid).isPresent()) {
            throw new BackendException(
                    "macvtap "
                            + name
                            + " of this NIC is in use by process "
                            + pid
                            + ": stop it, or run `ip link delete "
                            + name
                            + "`");
        }
        netlink.remove(present.index(), "remove " + name);
    }

    private static BackendException refusal(MacvtapSpec spec, ErrnoException e) {
        return new BackendException(
                "macvtap on " + spec.lower() + ": " + Privilege.explain(e, "CAP_NET_ADMIN"), e);
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
        return status.rxDropped();
    }

    @Override
    public boolean takeMac(long mac) {
        try {
            RouteNetlink netlink = hostInterface.netlink();
            netlink.setMac(hostInterface.index(), mac, "address of " + hostInterface.name());
            return true;
        } catch (ErrnoException e) {
            // Another station behind the same interface has it.
            return false;
        }
    }

    @Override
    public void close() {
        frames.close();
        hostInterface.remove();
        hostInterface.close();
    }
}
