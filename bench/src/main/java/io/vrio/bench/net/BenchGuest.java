// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import io.vrio.bench.Daemon;
import io.vrio.bench.DaemonCommand;
import io.vrio.bench.ProcessUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A booted guest: Debian's kernel, busybox, iperf3 and sockperf. Its first NIC is on tap + VXLAN,
 * its second on vRIO's side, so the same guest, in the same boot, uses both in turn.
 */
final class BenchGuest implements AutoCloseable {
    private static final long COMMAND_S = 20;
    private static final int LIFE_S = 3600;

    /**
     * With the boot script's 256 MiB Linux gives a TCP connection a receive window of 0.77 MB,
     * which is close to what is in flight at these rates; with this it is 3 MB.
     */
    private static final int MEMORY_MIB = 1024;

    private final Daemon qemu;
    private final GuestShell shell;
    private final long qemuPid;
    private final long vcpuTid;

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
                        "--memory",
                        Integer.toString(MEMORY_MIB),
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
        qemuPid = qemuPid(qemu.pid());
        vcpuTid = vcpuTid(qemuPid);
        setUp("eth0", NetAlternative.TAP_VXLAN, number, 1450);
        setUp("eth1", NetAlternative.VRIO, number, 1500);
    }

    private static long qemuPid(long bootPid) {
        return ProcessHandle.of(bootPid).stream()
                .flatMap(ProcessHandle::descendants)
                .filter(child -> child.info().command().orElse("").contains("qemu-system"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the guest's QEMU has ended"))
                .pid();
    }

    /** By the name that QEMU gives it with {@code debug-threads=on}. */
    private static long vcpuTid(long pid) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return tasks.filter(task -> threadName(task).startsWith("CPU 0/"))
                    .mapToLong(task -> Long.parseLong(task.getFileName().toString()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("QEMU has no thread CPU 0"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String threadName(Path task) {
        try {
            return Files.readString(task.resolve("comm"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void setUp(String nic, NetAlternative way, int number, int mtu) {
        run("ip link set " + nic + " mtu " + mtu + " up");
        run("ip address add " + way.subnet() + "." + number + "/24 dev " + nic);
    }

    /** CPU time of its only vCPU so far: all that the guest itself has done, and its emulation. */
    long vcpuNs() {
        return ProcessUsage.threadCpuNs(qemuPid, vcpuTid);
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
