// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vrio.bench.Daemon;
import io.vrio.bench.DaemonCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A guest on the VM host and a peer guest on the I/O host, and servers at the peer and on the I/O
 * host itself. iperf3 gives the throughput, sockperf the round trips.
 */
final class GuestNetwork implements AutoCloseable {
    private static final int GUEST = 1;
    private static final int PEER = 2;
    private static final int HOST = 254;
    private static final int HTTP_PORT = 8000;

    /** TCP's slow start, and vRIO's compiler, are not measured. */
    private static final int OMITTED_S = 1;

    private static final int GRACE_S = 30;
    private static final Pattern PERCENTILE =
            Pattern.compile("percentile (50|99)\\.000 = +([0-9.]+)");

    private final NetSite site;
    private final List<Runnable> stops = new ArrayList<>();
    private BenchGuest guest;
    private BenchGuest peer;

    /** What a row's load came to: the row's value, and the 99th percentile of round trips. */
    record Outcome(double value, double p99Us) {}

    GuestNetwork(NetSite site) {
        this.site = site;
    }

    void start(Path vrioSocket) {
        List<String> taps = List.of("--tap", "tap-peer0", "--tap", "tap-peer1");
        peer = boot("peer", site.ioNamespace(), PEER, taps);
        List<String> nics = List.of("--tap", "tap-guest", "--nic", vrioSocket.toString());
        guest = boot("guest", site.vmNamespace(), GUEST, nics);
        peer.run("iperf3 -s >/dev/null 2>&1 &");
        peer.run("sockperf server --tcp >/dev/null 2>&1 &");
        // Neither flushes what it prints; iperf3 has a file instead.
        Path pid = site.file("iperf3.pid");
        startOnHost("iperf3", pid, List.of("iperf3", "-s", "--pidfile", pid.toString()));
        startOnHost("sockperf", null, List.of("stdbuf", "-oL", "sockperf", "server", "--tcp"));
        startOnHost(
                "httpd",
                site.folder(),
                List.of(busybox(), "httpd", "-f", "-p", "" + HTTP_PORT, "-h", "" + site.folder()));
    }

    private BenchGuest boot(String name, String namespace, int number, List<String> nics) {
        BenchGuest booted = new BenchGuest(site, name, namespace, number, nics);
        stops.add(booted::close);
        return booted;
    }

    private void startOnHost(String role, Path ready, List<String> words) {
        DaemonCommand command =
                new DaemonCommand(role, site.ioNamespace(), words, ready, "sockperf: [tid", null);
        stops.add(Daemon.start(command, site.file(role + ".log"))::close);
    }

    private String busybox() {
        return site.guestFiles().resolve("busybox").toString();
    }

    /**
     * Sends a file's bytes from the I/O host to the guest, from there back, and to the peer;
     * returns the digests, which should all be the file's.
     *
     * @param file in the site's folder
     */
    List<String> digests(NetAlternative way, String file) {
        guest.run("mkdir -p /tmp/www");
        guest.run("wget -q -O /tmp/www/" + file + " " + url(way, HOST, file));
        String received = guest.run("sha256sum /tmp/www/" + file);
        guest.run("pidof httpd || httpd -p " + HTTP_PORT + " -h /tmp/www");
        String sent = onHost("wget -q -O - " + url(way, GUEST, file) + " | sha256sum");
        String atPeer = peer.run("wget -q -O - " + url(way, GUEST, file) + " | sha256sum");
        return List.of(digest(received), digest(sent), digest(atPeer));
    }

    private static String url(NetAlternative way, int host, String file) {
        return "http://" + address(way, host) + ":" + HTTP_PORT + "/" + file;
    }

    private static String address(NetAlternative way, int host) {
        return way.subnet() + "." + host;
    }

    /** CPU time so far of each guest's vCPU, by the role it has in the report. */
    Map<String, Long> vcpuNs() {
        return Map.of("guest vCPU", guest.vcpuNs(), "peer vCPU", peer.vcpuNs());
    }

    private static String digest(String output) {
        return output.strip().split(" ")[0];
    }

    private String onHost(String line) {
        ProcessBuilder shell =
                new ProcessBuilder(
                        "ip", "netns", "exec", site.ioNamespace(), busybox(), "sh", "-c", line);
        try {
            Process process = shell.redirectErrorStream(true).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Outcome run(NetRow row, NetAlternative way, int seconds) {
        String address = address(way, row.peer() == NetRow.Peer.GUEST ? PEER : HOST);
        return switch (row.load()) {
            case TCP_SEND -> throughput(address, seconds, "");
            case TCP_RECEIVE -> throughput(address, seconds, " -R");
            case ROUND_TRIP -> roundTrip(address, seconds);
            case PACKETS -> throw new IllegalArgumentException(row + " needs no guest");
        };
    }

    private Outcome throughput(String address, int seconds, String direction) {
        String line =
                String.format(
                        "iperf3 -J -c %s -t %d -O %d%s", address, seconds, OMITTED_S, direction);
        String output = guest.run(line, seconds + OMITTED_S + GRACE_S);
        try {
            JsonNode sum = new ObjectMapper().readTree(output).at("/end/sum_received");
            return new Outcome(sum.at("/bits_per_second").asDouble() / 1e6, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(line + " printed " + output, e);
        }
    }

    /** One byte more than sockperf's header each way, as in TCP_RR; it warms up on its own. */
    private Outcome roundTrip(String address, int seconds) {
        String line =
                "sockperf ping-pong --tcp --full-rtt --no-rdtsc -m 15 -i "
                        + address
                        + " -t "
                        + seconds;
        String output = guest.run(line, seconds + GRACE_S);
        double p50Us = 0;
        double p99Us = 0;
        Matcher percentile = PERCENTILE.matcher(output);
        while (percentile.find()) {
            double us = Double.parseDouble(percentile.group(2));
            if (percentile.group(1).equals("50")) {
                p50Us = us;
            } else {
                p99Us = us;
            }
        }
        if (p50Us == 0) {
            throw new IllegalStateException(line + " printed " + output);
        }
        return new Outcome(p50Us, p99Us);
    }

    @Override
    public void close() {
        for (int i = stops.size() - 1; i >= 0; i--) {
            stops.get(i).run();
        }
    }
}
