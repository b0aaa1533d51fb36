// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How often both ends of an alternative have sent something again: TCP's counters of their network
 * namespaces, or what vRIO's daemons say of their associations.
 *
 * @param pieces segments that were sent again
 * @param probes how often the last was sent again because nothing was heard (RFC 8985, TLP)
 * @param timeouts how often that was in vain, or not tried: TCP's RTO, vRIO's third probe
 */
record Resends(long pieces, long probes, long timeouts) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Resends ofKernel(List<Daemon> daemons) {
        return daemons.stream()
                .map(daemon -> ofKernel(Path.of("/proc", Long.toString(daemon.pid()), "net")))
                .reduce(new Resends(0, 0, 0), Resends::plus);
    }

    private static Resends ofKernel(Path net) {
        return parse(read(net.resolve("snmp")), read(net.resolve("netstat")));
    }

    /** Of the two files in which the kernel counts. */
    static Resends parse(List<String> snmp, List<String> netstat) {
        return new Resends(
                field(snmp, "Tcp:", "RetransSegs"),
                field(netstat, "TcpExt:", "TCPLossProbes"),
                field(netstat, "TcpExt:", "TCPTimeouts"));
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A line of names is followed by one of values. */
    private static long field(List<String> lines, String group, String name) {
        List<String[]> rows =
                lines.stream()
                        .filter(line -> line.startsWith(group))
                        .map(line -> line.split(" "))
                        .toList();
        int index = Arrays.asList(rows.get(0)).indexOf(name);
        return Long.parseLong(rows.get(1)[index]);
    }

    static Resends ofDaemons(List<Path> controls) {
        return controls.stream().map(Resends::ofDaemon).reduce(new Resends(0, 0, 0), Resends::plus);
    }

    private static Resends ofDaemon(Path control) {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(control);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(address);
            BufferedReader reader =
                    new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            Resends sum = new Resends(0, 0, 0);
            for (JsonNode peer : ask(channel, reader, "peer list", Map.of())) {
                String name = peer.get("address").asText();
                sum = sum.plus(of(ask(channel, reader, "peer show", Map.of("peer", name))));
            }
            return sum;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode ask(
            SocketChannel channel, BufferedReader reader, String command, Map<String, ?> arguments)
            throws IOException {
        String line =
                JSON.writeValueAsString(Map.of("command", command, "arguments", arguments)) + "\n";
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        JsonNode answer = JSON.readTree(reader.readLine());
        if (!answer.has("result")) {
            throw new IllegalStateException(command + ": " + answer);
        }
        return answer.get("result");
    }

    private static Resends of(JsonNode peer) {
        JsonNode counters = peer.get("counters");
        return new Resends(
                counters.path("pieces_resent").asLong(),
                counters.path("probes_sent").asLong(),
                counters.path("timeouts").asLong());
    }

    Resends plus(Resends other) {
        return new Resends(pieces + other.pieces, probes + other.probes, timeouts + other.timeouts);
    }

    Resends minus(Resends other) {
        return new Resends(pieces - other.pieces, probes - other.probes, timeouts - other.timeouts);
    }
}
