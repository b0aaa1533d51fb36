// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A VM host and an I/O host for tests of the daemons: two network namespaces, and what lies between
 * them. The interface of either host is {@link #INTERFACE}.
 */
public final class Hosts implements AutoCloseable {
    static final String INTERFACE = "wire0";
    static final String VM_ADDRESS = "10.78.1.1";
    static final String SECOND_VM_ADDRESS = "10.78.1.3";

    /** The interfaces of the machine in the middle, towards the hosts. */
    static final String TO_VM_HOST = "to-vm";

    static final String TO_IO_HOST = "to-io";

    private static final String NEAR_ADDRESS = "10.78.1.2";
    private static final String FAR_ADDRESS = "10.78.2.2";

    private final Deque<Namespace> opened = new ArrayDeque<>();
    private final int mtu;
    private final String ioAddress;
    private Namespace vmHost;
    private Namespace secondVmHost;
    private Namespace ioHost;
    private Namespace middle;

    private Hosts(int mtu, String ioAddress) {
        this.mtu = mtu;
        this.ioAddress = ioAddress;
    }

    /** Joined by a cable. */
    public static Hosts joined(int mtu) {
        return new Hosts(mtu, NEAR_ADDRESS).build(Hosts::join);
    }

    /** Joined by a switch. */
    static Hosts bridged(int mtu) {
        return new Hosts(mtu, NEAR_ADDRESS).build(Hosts::bridge);
    }

    /** Joined by a switch, which a second VM host is at as well. */
    static Hosts bridgedThree(int mtu) {
        return new Hosts(mtu, NEAR_ADDRESS).build(Hosts::bridgeThree);
    }

    /** In two networks, joined by a router. */
    static Hosts routed(int mtu) {
        return new Hosts(mtu, FAR_ADDRESS).build(Hosts::route);
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
        return namespace;
    }

    private void join() {
        cable(vmHost, INTERFACE, ioHost, INTERFACE);
        address(vmHost, VM_ADDRESS);
        address(ioHost, ioAddress);
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
        address(vmHost, VM_ADDRESS);
        address(ioHost, ioAddress);
    }

    private void bridgeThree() {
        bridge();
        secondVmHost = open("vm2");
        cable(secondVmHost, INTERFACE, middle, "to-vm2");
        middle.run("ip", "link", "set", "to-vm2", "master", "br0");
        address(secondVmHost, SECOND_VM_ADDRESS);
    }

    private void route() {
        middle = open("router");
        cable(vmHost, INTERFACE, middle, TO_VM_HOST);
        cable(ioHost, INTERFACE, middle, TO_IO_HOST);
        address(vmHost, VM_ADDRESS);
        address(ioHost, ioAddress);
        middle.run("ip", "address", "add", "10.78.1.254/24", "dev", TO_VM_HOST);
        middle.run("ip", "address", "add", "10.78.2.254/24", "dev", TO_IO_HOST);
        vmHost.run("ip", "route", "add", "default", "via", "10.78.1.254");
        ioHost.run("ip", "route", "add", "default", "via", "10.78.2.254");
        middle.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
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

    private static void address(Namespace host, String address) {
        host.run("ip", "address", "add", address + "/24", "dev", INTERFACE);
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
     * A switch that loses frames of IPv4 by chance. Not a host, because a packet socket sees what
     * an ingress rule of its own host drops.
     */
    void dropInTheMiddle(int perMille) {
        middle.run("nft", "add table bridge loss");
        middle.run(
                "nft", "add chain bridge loss forward { type filter hook forward priority 0 ; }");
        middle.run(
                "nft",
                "add rule bridge loss forward ether type ip numgen random mod 1000 < "
                        + perMille
                        + " counter drop");
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

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
