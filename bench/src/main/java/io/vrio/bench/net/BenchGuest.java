// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import io.vrio.bench.Daemon;
import io.vrio.bench.DaemonCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A booted guest: Debian's kernel, busybox, iperf3 and sockperf. Its first NIC is on tap + VXLAN,
 * its second on vRIO's side, so the same guest, in the same boot, uses both in turn.
 */
final class BenchGuest implements AutoCloseable {
    private static final long COMMAND_S = 20;
    private static final int LIFE_S = 3600;

    private final Daemon qemu;
    private final GuestShell shell;

    /**
     * @param number last byte of its addresses, unique among guests
     * @param nics what {@code boot} is told of its two NICs
     */
    BenchGuest(NetSite site, String name, String namespace, int number, List<String> nics) {
        Path socket = site.file(name + ".shell");
        List<String> words = new ArrayList<>(List.of(site.guest().resolve("boot").toString()));
        words.addAll(nics);
        words.addAll(
                List.of(
                        // The same on both: they are in networks of their own.
                        "--nic-option",
                        "mac=52:54:00:88:00:0" + number,
                        "--scenario",
                        "shell",
                        "--shell",
                        socket.toString(),
                        "--timeout",
                        Integer.toString(LIFE_S),
                        "--quiet"));
        DaemonCommand command =
                new DaemonCommand(name, namespace, words, "VRIO-GUEST: the shell is open");
        qemu = Daemon.start(command, site.file(name + ".log"));
        shell = new GuestShell(name, socket);
        setUp("eth0", NetAlternative.TAP_VXLAN, number, 1450);
        setUp("eth1", NetAlternative.VRIO, number, 1500);
    }

    private void setUp(String nic, NetAlternative way, int number, int mtu) {
        run("ip link set " + nic + " mtu " + mtu + " up");
        run("ip address add " + way.subnet() + "." + number + "/24 dev " + nic);
    }

    String run(String line) {
        return run(line, COMMAND_S);
    }

    String run(String line, long seconds) {
        return shell.run(line, seconds);
    }

    @Override
    public void close() {
        shell.close();
        qemu.close();
    }
}
