// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The network behind an I/O host: a bridge of the I/O host, cabled to a machine of its own, which
 * serves addresses, names of boot files and data.
 */
final class Lan implements AutoCloseable {
    /** The bridge, on the I/O host. */
    static final String BRIDGE = "br0";

    /** The machine's address; its network is a /24. */
    static final String ADDRESS = "10.80.0.1";

    private static final String NETWORK_6 = "fd00:80::";

    /** The machine's interface. */
    static final String INTERFACE = "lan0";

    private static final String TO_LAN = "to-lan";

    private final List<Process> programs = new ArrayList<>();
    private final Namespace ioHost;
    private final Namespace machine;
    private TransferServer files;

    private Lan(Namespace ioHost) {
        this.ioHost = ioHost;
        machine = new Namespace("lan");
    }

    /** Builds it; nobody serves anything yet. */
    static Lan behind(Namespace ioHost, int mtu) {
        Lan lan = new Lan(ioHost);
        try {
            lan.build(Integer.toString(mtu));
            return lan;
        } catch (RuntimeException e) {
            lan.close();
            throw e;
        }
    }

    private void build(String mtu) {
        ioHost.run("ip", "link", "add", BRIDGE, "type", "bridge");
        ioHost.run("ip", "link", "add", TO_LAN, "type", "veth", "peer", "name", "other-end");
        ioHost.run("ip", "link", "set", "other-end", "netns", machine.name());
        machine.run("ip", "link", "set", "other-end", "name", INTERFACE);
        ioHost.run("ip", "link", "set", TO_LAN, "master", BRIDGE, "mtu", mtu, "up");
        // A bridge takes the least MTU of its ports, unless told.
        ioHost.run("ip", "link", "set", BRIDGE, "mtu", mtu, "up");
        machine.run("ip", "link", "set", INTERFACE, "mtu", mtu, "up");
        machine.run("ip", "address", "add", ADDRESS + "/24", "dev", INTERFACE);
        machine.run("sysctl", "-qw", "net.ipv6.conf." + INTERFACE + ".disable_ipv6=0");
        machine.run("ip", "address", "add", NETWORK_6 + "1/64", "dev", INTERFACE, "nodad");
    }

    /**
     * @param state off: frames leave and reach the machine cut to its MTU and with checksums, as on
     *     a wire; on, as at first: as they are
     */
    void setOffloads(String state) {
        Hosts.setOffloads(machine, INTERFACE, state);
        Hosts.setOffloads(ioHost, TO_LAN, state);
    }

    /** Serves addresses from now on, and what more options of dnsmasq say. */
    void startDhcp(String option, String... more) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "dnsmasq",
                                "--keep-in-foreground",
                                "--conf-file=/dev/null",
                                "--pid-file=",
                                "--user=root",
                                "--leasefile-ro",
                                // No DNS.
                                "--port=0",
                                "--interface=" + INTERFACE,
                                "--bind-interfaces",
                                "--dhcp-range=10.80.0.10,10.80.0.99,255.255.255.0,1h",
                                // Otherwise it pings an address for three seconds first.
                                "--no-ping",
                                // iPXE waits for a router of IPv6, a quarter of a minute.
                                "--enable-ra",
                                "--dhcp-range=" + NETWORK_6 + ",ra-only",
                                option));
        command.addAll(List.of(more));
        programs.add(machine.start(command.toArray(String[]::new)));
    }

    /** Lets guests measure with iperf3 from now on. */
    void startIperf() throws IOException {
        // Nobody reads what it prints.
        programs.add(machine.start("sh", "-c", "exec iperf3 --server >/dev/null 2>&1"));
    }

    /** Serves and takes data from now on, and the files of the folder. */
    void startFiles(Path folder) {
        files = machine.call(() -> new TransferServer(ADDRESS, folder));
    }

    Namespace machine() {
        return machine;
    }

    @Override
    public void close() {
        if (files != null) {
            files.close();
        }
        programs.forEach(Process::destroyForcibly);
        machine.close();
    }
}
