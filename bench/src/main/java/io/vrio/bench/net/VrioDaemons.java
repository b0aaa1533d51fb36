// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import io.vrio.bench.Daemon;
import io.vrio.bench.DaemonCommand;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Both of vRIO's daemons, with two NICs: the guest's, and the packet generator's, whose tap is on
 * no bridge.
 */
final class VrioDaemons implements AutoCloseable {
    private static final String GUEST_NIC = "guest";
    private static final String PACKETS_NIC = "packets";

    private final NetSite site;
    private final Daemon iohyp;
    private final Daemon server;

    VrioDaemons(NetSite site) {
        this.site = site;
        iohyp = Daemon.start(iohypCommand(), site.file("vrio-iohyp.log"));
        try {
            server = Daemon.start(serverCommand(), site.file("vrio-server.log"));
        } catch (RuntimeException e) {
            iohyp.close();
            throw e;
        }
    }

    private DaemonCommand iohypCommand() {
        List<String> words =
                List.of(
                        site.vrio().toString(),
                        "iohyp",
                        "--interface=" + NetSite.INTERFACE,
                        "--address=" + NetSite.IO_ADDRESS,
                        "--nic=" + GUEST_NIC + "=tap:tap-vrio",
                        "--nic=" + PACKETS_NIC + "=tap:pps-vrio",
                        "--state-dir=" + site.file("iohyp.state"),
                        "--control=" + site.file("iohyp.control"),
                        "--insecure");
        return new DaemonCommand("vrio iohyp", site.ioNamespace(), words);
    }

    private DaemonCommand serverCommand() {
        List<String> words =
                List.of(
                        site.vrio().toString(),
                        "server",
                        "--interface=" + NetSite.INTERFACE,
                        "--address=" + NetSite.VM_ADDRESS,
                        "--peer=" + NetSite.IO_ADDRESS,
                        "--nic=" + GUEST_NIC + "=" + guestSocket(),
                        "--nic=" + PACKETS_NIC + "=" + packetsSocket(),
                        "--socket-dir=" + site.folder(),
                        "--control=" + site.file("server.control"),
                        "--insecure");
        return new DaemonCommand("vrio server", site.vmNamespace(), words);
    }

    Path guestSocket() {
        return site.file("guest.sock");
    }

    Path packetsSocket() {
        return site.file("packets.sock");
    }

    /** The interfaces of the I/O host, with their counters; readable without starting a program. */
    Path ioInterfaces() {
        return Path.of("/proc", Long.toString(iohyp.pid()), "net/dev");
    }

    /** CPU time so far, by daemon. */
    Map<String, Long> cpuNs() {
        Map<String, Long> cpuNs = new LinkedHashMap<>();
        for (Daemon daemon : List.of(server, iohyp)) {
            cpuNs.put(daemon.role(), daemon.usage().cpuNs());
        }
        return cpuNs;
    }

    @Override
    public void close() {
        server.close();
        iohyp.close();
    }
}
