// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.transport.wire.IpAddress;
import io.vrio.transport.wire.IpVersion;

/** Two network namespaces joined by a veth pair, for one test: two machines and their cable. */
public final class Namespaces implements AutoCloseable {
    /** The name of the interface at both ends. */
    public static final String INTERFACE = "wire0";

    public static final IpAddress LEFT_ADDRESS = IpAddress.parse("10.77.0.1");
    public static final IpAddress RIGHT_ADDRESS = IpAddress.parse("10.77.0.2");

    private final IpVersion version;
    private final Namespace left;
    private final Namespace right;

    /**
     * @param mtu the IP MTU of both ends
     */
    public Namespaces(int mtu) {
        this(mtu, IpVersion.V4);
    }

    /**
     * @param mtu the IP MTU of both ends
     * @param version of the addresses of both ends
     */
    public Namespaces(int mtu, IpVersion version) {
        this.version = version;
        left = new Namespace("left");
        try {
            right = new Namespace("right");
        } catch (RuntimeException e) {
            left.close();
            throw e;
        }
        try {
            join(mtu);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void join(int mtu) {
        if (version == IpVersion.V6) {
            left.enableIpv6();
            right.enableIpv6();
        }
        // Born inside the namespaces: the machine's own interfaces are left alone.
        left.run("ip", "link", "add", INTERFACE, "type", "veth", "peer", "name", "wire1");
        left.run("ip", "link", "set", "wire1", "netns", right.name());
        right.run("ip", "link", "set", "wire1", "name", INTERFACE);
        configure(left, leftAddress(), mtu);
        configure(right, rightAddress(), mtu);
    }

    public IpAddress leftAddress() {
        return address(LEFT_ADDRESS, "fd77::1");
    }

    public IpAddress rightAddress() {
        return address(RIGHT_ADDRESS, "fd77::2");
    }

    /** One that no end has. */
    public IpAddress nobodysAddress() {
        return address(IpAddress.parse("10.77.0.77"), "fd77::77");
    }

    private IpAddress address(IpAddress ipv4, String ipv6) {
        return switch (version) {
            case V4 -> ipv4;
            case V6 -> IpAddress.parse(ipv6);
        };
    }

    private static void configure(Namespace end, IpAddress address, int mtu) {
        String prefixLength = address.version() == IpVersion.V4 ? "/24" : "/64";
        String text = address + prefixLength;
        end.run("ip", "address", "add", text, "dev", INTERFACE);
        end.run("ip", "link", "set", INTERFACE, "mtu", Integer.toString(mtu), "up");
    }

    public Namespace left() {
        return left;
    }

    public Namespace right() {
        return right;
    }

    /**
     * Makes the cable carry what a wire carries: segments of the MTU, their checksums filled in.
     * With offloads on, as at first, super-frames cross whole.
     */
    public Namespaces withoutOffloads() {
        for (Namespace end : new Namespace[] {left, right}) {
            end.run(
                    "ethtool", "-K", INTERFACE, "tso", "off", "gso", "off", "gro", "off", "tx",
                    "off");
        }
        return this;
    }

    @Override
    public void close() {
        try {
            right.close();
        } finally {
            left.close();
        }
    }
}
