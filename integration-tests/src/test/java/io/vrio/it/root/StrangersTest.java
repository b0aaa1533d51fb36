// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Requires;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;
import io.vrio.transport.wire.IpVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An IOhyp with keys at a switch with strangers, while it serves a server. */
@Tag("root")
@Timeout(600)
final class StrangersTest {
    private static final GuestOptions OPTIONS = GuestOptions.DEFAULT.withSlots(8, 256 << 10);
    private static final String SERVER = "vm";
    private static final int PORT = 8746;

    /** The second time fewer: what differs are addresses. */
    private static final int SYNS = 100_000;

    private static final int SYNS_IPV6 = 20_000;

    /** Before it, what every process needs once has not been allocated yet. */
    private static final int SYNS_BEFORE = 20_000;

    /** Limit: the young generation of the heap, touched as garbage fills it, and some more. */
    private static final long GROWTH_MAX_KIB = 64 << 10;

    /** Limit: addresses of which the log tells in one minute. */
    private static final int SUBJECTS_MAX = 256;

    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final Pattern COUNTED = Pattern.compile("counter packets \\d+ bytes (\\d+)");
    private static final String REFUSED = " refused: ";
    private static final Pattern REFUSED_PEER = Pattern.compile("peer=(\\S+)" + REFUSED);

    @TempDir Path folder;

    @BeforeEach
    void checkMachine() {
        Requires.root();
        Requires.program("ip");
        Requires.program("nft");
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldServeWhileStrangersFloodTheIohyp(IpVersion version) throws Exception {
        Credentials credentials = Credentials.keys(folder, SERVER);
        try (Hosts hosts = Hosts.bridgedThree(1500, version);
                Daemons daemons = new Daemons(hosts, folder)) {
            daemons.iohyp(credentials.iohyp("--disk", "a=ram:32M"));
            daemons.server(credentials.server("--disk", "a"));
            daemons.awaitIohypLog("disk=a server=" + SERVER);
            countStrangersBytes(hosts.middle());
            long startNs = System.nanoTime();
            try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1);
                    StrangerFlood flood = flood(hosts)) {
                load.awaitProgress(300);
                flood.run(SYNS_BEFORE);
                long residentBefore = residentKib(daemons);
                long endedBefore = load.ended();

                flood.run(syns(version));
                floodUntil(load, endedBefore + 100, flood);

                long growth = residentKib(daemons) - residentBefore;
                assertTrue(growth < GROWTH_MAX_KIB, growth + " KiB more");
                load.awaitProgress(300).finish();
            }
            assertEquals(1, lines(daemons.server().log(), "state=established"), log(daemons));
            assertCounted(status(daemons), syns(version));
            assertNoMoreAnsweredThanSent(hosts.middle());
            assertLogBounded(daemons, 1 + (System.nanoTime() - startNs) / 60_000_000_000L);
        }
    }

    /** The timeout of the test ends it when the load stands still. */
    private static void floodUntil(VerifiedLoad load, long ended, StrangerFlood flood) {
        while (load.ended() < ended) {
            flood.run(100);
        }
    }

    private static StrangerFlood flood(Hosts hosts) {
        String mac = hosts.ioHost().run("cat", "/sys/class/net/" + Hosts.INTERFACE + "/address");
        Endpoint iohyp =
                new Endpoint(
                        Long.parseLong(mac.strip().replace(":", ""), 16),
                        IpAddress.parse(hosts.ioAddress()),
                        PORT);
        IpAddress own = IpAddress.parse(hosts.secondVmAddress());
        return new StrangerFlood(hosts.secondVmHost(), own, iohyp, SERVER);
    }

    private static void countStrangersBytes(Namespace bridge) {
        nft(bridge, "add table bridge strangers");
        nft(bridge, "add chain bridge strangers forward { type filter hook forward priority 0 ; }");
        String rule = "add rule bridge strangers forward meta l4proto tcp ";
        nft(bridge, rule + "iifname " + Hosts.TO_SECOND_VM_HOST + " counter");
        nft(bridge, rule + "oifname " + Hosts.TO_SECOND_VM_HOST + " counter");
    }

    private static void nft(Namespace bridge, String command) {
        bridge.run("nft", command);
    }

    private static void assertNoMoreAnsweredThanSent(Namespace bridge) {
        String rules = bridge.run("nft", "list", "table", "bridge", "strangers");
        Matcher matcher = COUNTED.matcher(rules);
        assertTrue(matcher.find(), rules);
        long sent = Long.parseLong(matcher.group(1));
        assertTrue(matcher.find(), rules);
        long answered = Long.parseLong(matcher.group(1));
        assertTrue(answered > 0, rules);
        assertTrue(answered <= sent, rules);
    }

    private static long residentKib(Daemons daemons) throws IOException {
        String status = Files.readString(Path.of("/proc/" + daemons.iohyp().pid() + "/status"));
        Matcher matcher = RESIDENT.matcher(status);
        assertTrue(matcher.find(), status);
        return Long.parseLong(matcher.group(1));
    }

    private static JsonNode status(Daemons daemons) throws Exception {
        String answer = daemons.atIohyp("status", "--format", "json").assertOk().out();
        return new ObjectMapper().readTree(answer);
    }

    private static int syns(IpVersion version) {
        return switch (version) {
            case V4 -> SYNS;
            case V6 -> SYNS_IPV6;
        };
    }

    private static void assertCounted(JsonNode status, int syns) {
        JsonNode counters = status.path("counters");
        assertEquals(1, status.path("peers").asInt(), status::toPrettyString);
        assertEquals(1, counters.path("associations_begun").asInt(), status::toPrettyString);
        assertEquals(0, counters.path("associations_lost").asInt(), status::toPrettyString);
        assertEquals(0, counters.path("faults").asInt(), status::toPrettyString);
        assertTrue(counters.path("syns").asInt() > syns, status::toPrettyString);
        assertTrue(counters.path("refusals").asInt() > 1000, status::toPrettyString);
        assertTrue(counters.path("rsts_sent").asInt() > 0, status::toPrettyString);
    }

    private static long lines(String log, String part) {
        return log.lines().filter(line -> line.contains(part)).count();
    }

    /** What the daemons say of themselves and of each other. */
    private static String log(Daemons daemons) {
        return daemons.allLogs()
                .lines()
                .filter(line -> !line.contains(REFUSED))
                .collect(Collectors.joining("\n"));
    }

    private static void assertLogBounded(Daemons daemons, long minutes) throws IOException {
        String log = daemons.iohyp().log();
        Map<String, Long> refused =
                REFUSED_PEER
                        .matcher(log)
                        .results()
                        .collect(Collectors.groupingBy(r -> r.group(1), Collectors.counting()));

        assertTrue(!refused.isEmpty(), log);
        assertTrue(refused.size() <= SUBJECTS_MAX * minutes, () -> refused.size() + " peers");
        assertTrue(refused.values().stream().allMatch(n -> n <= minutes), refused::toString);
        assertTrue(log(daemons).lines().count() < 40, () -> log(daemons));
    }
}
