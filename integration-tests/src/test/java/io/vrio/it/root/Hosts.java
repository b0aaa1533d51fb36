// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.transport.wire.IpVersion;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A VM host and an I/O host for tests of the daemons: two network namespaces, and what lies between
 * them. The interface of either host is {@link #INTERFACE}.
 */
public final class Hosts implements AutoCloseable {
    static final String INTERFACE = "wire0";

    /** That of the VM host over IPv4. */
    static final String VM_ADDRESS = "10.78.1.1";

    /** The interfaces of the machine in the middle, towards the hosts. */
    static final String TO_VM_HOST = "to-vm";

    static final String TO_IO_HOST = "to-io";

    static final String TO_SECOND_VM_HOST = "to-vm2";

    /** The network of addresses that mean something on one link alone: fe80::N. */
    private static final int LINK = 0;

    /** N in network 1 is 10.78.1.N or fd78:0:0:1::N. */
    private static final int VM = 1;

    private static final int IO = 2;
    private static final int SECOND_VM = 3;
    private static final int ROUTER = 254;

    private final Deque<Namespace> opened = new ArrayDeque<>();
    private final int mtu;
    private final IpVersion version;
    private final int vmNetwork;
    private final String ioAddress;
    private Namespace vmHost;
    private Namespace secondVmHost;
    private Namespace ioHost;
    private Namespace middle;

    private Hosts(int mtu, IpVersion version, int vmNetwork, int ioNetwork) {
        this.mtu = mtu;
        this.version = version;
        this.vmNetwork = vmNetwork;
        ioAddress = address(ioNetwork, IO);
    }

    private String address(int network, int number) {
        return switch (version) {
            case V4 -> "10.78." + network + "." + number;
            case V6 -> (network == LINK ? "fe80::" : "fd78:0:0:" + network + "::") + number;
        };
    }

    /** Joined by a cable. */
    public static Hosts joined(int mtu) {
        return joined(mtu, IpVersion.V4);
    }

    /** Joined by a cable. */
    static Hosts joined(int mtu, IpVersion version) {
        return new Hosts(mtu, version, 1, 1).build(Hosts::join);
    }

    /** Joined by a cable, with link-local addresses. */
    static Hosts linkLocal(int mtu) {
        return new Hosts(mtu, IpVersion.V6, LINK, LINK).build(Hosts::join);
    }

    /** Joined by a switch. */
    static Hosts bridged(int mtu) {
        return bridged(mtu, IpVersion.V4);
    }

    /** Joined by a switch. */
    static Hosts bridged(int mtu, IpVersion version) {
        return new Hosts(mtu, version, 1, 1).build(Hosts::bridge);
    }

    /** Joined by a switch, which a second VM host is at as well. */
    static Hosts bridgedThree(int mtu) {
        return bridgedThree(mtu, IpVersion.V4);
    }

    /** Joined by a switch, which a second VM host is at as well. */
    static Hosts bridgedThree(int mtu, IpVersion version) {
        return new Hosts(mtu, version, 1, 1).build(Hosts::bridgeThree);
    }

    /** In two networks, joined by a router. */
    static Hosts routed(int mtu) {
        return routed(mtu, IpVersion.V4);
    }

    /** In two networks, joined by a router. */
    static Hosts routed(int mtu, IpVersion version) {
        return new Hosts(mtu, version, 1, 2).build(Hosts::route);
    }

    private interface Layout {
        void apply(Hosts hosts);
    }

    private Hosts build(Layout layout) {
        try {
            vmHost = open("vm");
            ioHost = open("io");
            layout.apply(this);
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private Namespace open(String role) {
        Namespace namespace = new Namespace(role);
        opened.push(namespace);
        if (version == IpVersion.V6) {
            namespace.enableIpv6();
        }
        return namespace;
    }

    private void join() {
        cable(vmHost, INTERFACE, ioHost, INTERFACE);
        give(vmHost, INTERFACE, vmAddress());
        give(ioHost, INTERFACE, ioAddress);
    }

    private void bridge() {
        middle = open("switch");
        cable(vmHost, INTERFACE, middle, TO_VM_HOST);
        cable(ioHost, INTERFACE, middle, TO_IO_HOST);
        middle.run("ip", "link", "add", "br0", "type", "bridge");
        for (String port : List.of(TO_VM_HOST, TO_IO_HOST)) {
            middle.run("ip", "link", "set", port, "master", "br0");
        }
        middle.run("ip", "link", "set", "br0", "up");
        give(vmHost, INTERFACE, vmAddress());
        give(ioHost, INTERFACE, ioAddress);
    }

    private void bridgeThree() {
        bridge();
        secondVmHost = open("vm2");
        cable(secondVmHost, INTERFACE, middle, TO_SECOND_VM_HOST);
        middle.run("ip", "link", "set", TO_SECOND_VM_HOST, "master", "br0");
        give(secondVmHost, INTERFACE, secondVmAddress());
    }

    private void route() {
        middle = open("router");
        cable(vmHost, INTERFACE, middle, TO_VM_HOST);
        cable(ioHost, INTERFACE, middle, TO_IO_HOST);
        give(vmHost, INTERFACE, vmAddress());
        give(ioHost, INTERFACE, ioAddress);
        give(middle, TO_VM_HOST, address(1, ROUTER));
        give(middle, TO_IO_HOST, address(2, ROUTER));
        vmHost.run("ip", "route", "add", "default", "via", address(1, ROUTER));
        ioHost.run("ip", "route", "add", "default", "via", address(2, ROUTER));
        middle.run(
                "sysctl",
                "-qw",
                switch (version) {
                    case V4 -> "net.ipv4.ip_forward=1";
                    case V6 -> "net.ipv6.conf.all.forwarding=1";
                });
    }

    private void cable(Namespace left, String leftName, Namespace right, String rightName) {
        // Born inside the namespace: the machine's own interfaces are left alone.
        left.run("ip", "link", "add", leftName, "type", "veth", "peer", "name", "other-end");
        left.run("ip", "link", "set", "other-end", "netns", right.name());
        right.run("ip", "link", "set", "other-end", "name", rightName);
        left.run("ip", "link", "set", leftName, "mtu", Integer.toString(mtu), "up");
        right.run("ip", "link", "set", rightName, "mtu", Integer.toString(mtu), "up");
    }

    /** Two hosts that are {@link #joined} get other interfaces of the same name and address. */
    void replaceInterfaces() {
        // The other end of the cable goes with it.
        vmHost.run("ip", "link", "delete", INTERFACE);
        join();
    }

    private void give(Namespace host, String name, String address) {
        String prefixLength = version == IpVersion.V4 ? "/24" : "/64";
        host.run("ip", "address", "add", address + prefixLength, "dev", name);
    }

    /**
     * From now on the cables carry what wires carry: segments of the MTU with checksums. Before,
     * super-frames cross whole.
     */
    Hosts withoutOffloads() {
        setOffloads("off");
        return this;
    }

    /**
     * @param state on or off
     */
    void setOffloads(String state) {
        setOffloads(vmHost, INTERFACE, state);
        setOffloads(ioHost, INTERFACE, state);
        if (middle != null) {
            setOffloads(middle, TO_VM_HOST, state);
            setOffloads(middle, TO_IO_HOST, state);
        }
    }

    /**
     * A switch that loses frames of IP by chance, none of neighbour discovery. Not a host, because
     * a packet socket sees what an ingress rule of its own host drops.
     */
    void dropInTheMiddle(int perMille) {
        drop("numgen random mod 1000 < " + perMille);
    }

    /** A switch that loses all of them. */
    void cutInTheMiddle() {
        drop("");
    }

    private void drop(String which) {
        middle.run("nft", "add table bridge loss");
        middle.run(
                "nft", "add chain bridge loss forward { type filter hook forward priority 0 ; }");
        middle.run(
                "nft", "add rule bridge loss forward meta l4proto tcp " + which + " counter drop");
    }

    /** From now on the switch loses nothing again. */
    void passInTheMiddle() {
        middle.run("nft", "delete table bridge loss");
    }

    static void setOffloads(Namespace namespace, String name, String state) {
        namespace.run("ethtool", "-K", name, "tso", state, "gso", state, "gro", state, "tx", state);
    }

    public Namespace vmHost() {
        return vmHost;
    }

    Namespace secondVmHost() {
        return secondVmHost;
    }

    public Namespace ioHost() {
        return ioHost;
    }

    /** The switch or router. */
    Namespace middle() {
        return middle;
    }

    String ioAddress() {
        return ioAddress;
    }

    String vmAddress() {
        return address(vmNetwork, VM);
    }

    String secondVmAddress() {
        return address(vmNetwork, SECOND_VM);
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
