// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import io.vrio.bench.Daemon;
import io.vrio.bench.DaemonCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of the packet generator: dpdk-testpmd with a virtio-user port sends as fast as its ring
 * takes frames, and the I/O host's kernel counts what arrives.
 *
 * <p>Open vSwitch lives only as long as its run: idle, it would poll a core away, and its packet
 * socket would see the other's frames.
 */
final class PacketRun implements AutoCloseable {
    /** Limit: a generator from which nothing has arrived by then is an error. */
    private static final long FIRST_FRAME_NS = TimeUnit.SECONDS.toNanos(30);

    /** Compilers and rings warm up. */
    private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(1500);

    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);

    /** What is under way when the generator has ended arrives within this. */
    private static final long DRAIN_NS = TimeUnit.MILLISECONDS.toNanos(300);

    private static final Pattern SENT = Pattern.compile("TX-packets: (\\d+) .*TX-total");

    /** The same in each run: vRIO lets a NIC send from one address only. */
    private static final String MAC = "52:54:00:88:01:01";

    private static final String VXLAN_ID = "43";
    private static final String OVS_ADDRESS = "10.78.0.1";
    private static final String OVS_PEER_ADDRESS = "10.78.0.2";

    private final NetSite site;
    private final FrameCounter counter;
    private final Daemon generator;

    /** Null when vRIO is measured. */
    private final Daemon ovs;

    private final long firstCount;

    /** What the generator says it has put into its ring, and what the kernel has counted. */
    record Totals(long sentCount, long arrivedCount) {}

    /** Starts the generator; returns once frames arrive steadily. */
    PacketRun(NetSite site, NetAlternative alternative, int length, VrioDaemons vrio) {
        this.site = site;
        boolean isOvs = alternative == NetAlternative.OVS_DPDK;
        counter = new FrameCounter(vrio.ioInterfaces(), isOvs ? "pps-ovs" : "pps-vrio");
        Path socket = isOvs ? site.file("testpmd.sock") : vrio.packetsSocket();
        firstCount = counter.count();
        generator = startGenerator(length, socket, isOvs);
        try {
            ovs = isOvs ? startOvs(socket) : null;
            awaitFrames();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private Daemon startGenerator(int length, Path socket, boolean isListening) {
        String port = "net_virtio_user0,path=" + socket + ",queues=1,queue_size=256,mac=" + MAC;
        List<String> words =
                List.of(
                        "dpdk-testpmd",
                        // Its one busy thread on CPU 1; on CPU 0 polls that of Open vSwitch.
                        "--lcores=0@1,1@1",
                        "--no-huge",
                        "-m",
                        "512",
                        "--no-pci",
                        "--no-telemetry",
                        "--single-file-segments",
                        "--file-prefix=vrio" + ProcessHandle.current().pid(),
                        "--vdev=" + port + (isListening ? ",server=1" : ""),
                        "--",
                        "--forward-mode=txonly",
                        "--txpkts=" + length,
                        "--auto-start",
                        "--stats-period=1",
                        "--total-num-mbufs=8192");
        try {
            if (isListening) {
                Files.deleteIfExists(socket);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        DaemonCommand command =
                new DaemonCommand("dpdk-testpmd", site.vmNamespace(), words, "EAL: ");
        return Daemon.start(command, site.file("testpmd.log"));
    }

    private Daemon startOvs(Path socket) {
        Path folder = site.file("ovs");
        folder.toFile().mkdirs();
        List<String> words =
                List.of(
                        site.ovs().toString(),
                        folder.toString(),
                        socket.toString(),
                        NetSite.INTERFACE,
                        OVS_ADDRESS,
                        OVS_PEER_ADDRESS,
                        site.ioMac(),
                        VXLAN_ID);
        DaemonCommand command = new DaemonCommand("ovs-dpdk", site.vmNamespace(), words);
        return Daemon.start(command, site.file("ovs-dpdk.log"));
    }

    private void awaitFrames() {
        long deadlineNs = System.nanoTime() + FIRST_FRAME_NS;
        while (counter.count() == firstCount) {
            if (deadlineNs - System.nanoTime() <= 0) {
                throw new IllegalStateException(
                        "no frame arrived; dpdk-testpmd says:\n"
                                + String.join("\n", generator.logLines()));
            }
            LockSupport.parkNanos(POLL_NS);
        }
        LockSupport.parkNanos(SETTLE_NS);
    }

    /** Those that arrive, counted for so long. */
    double framesPerSecond(long ns) {
        FrameCounter.Sample before = counter.sample();
        LockSupport.parkNanos(ns);
        return before.perSecondUntil(counter.sample());
    }

    /** Ends the generator. What it had put into its ring by then may still arrive. */
    Totals finish() {
        generator.close();
        LockSupport.parkNanos(DRAIN_NS);
        long arrived = counter.count() - firstCount;
        String log = String.join("\n", generator.logLines());
        Matcher sent = SENT.matcher(log);
        long sentCount = -1;
        while (sent.find()) {
            sentCount = Long.parseLong(sent.group(1));
        }
        if (sentCount < 0) {
            throw new IllegalStateException("dpdk-testpmd did not say what it sent:\n" + log);
        }
        return new Totals(sentCount, arrived);
    }

    @Override
    public void close() {
        generator.close();
        if (ovs != null) {
            ovs.close();
        }
    }
}
