// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Requires;
import io.vrio.transport.wire.IpVersion;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What other machines see of the daemons: tshark, and a firewall that follows connections. */
@Tag("root")
@Timeout(120)
@ParameterizedClass
@EnumSource(IpVersion.class)
final class SessionOnTheWireTest {
    private static final GuestOptions OPTIONS = GuestOptions.DEFAULT.withSlots(8, 128 << 10);

    /** A daemon that had no CPU for a while has missed acknowledgements: frames are resent. */
    private static final String SUSPECT =
            "_ws.expert.severity >= warning"
                    + " && !tcp.analysis.out_of_order && !tcp.analysis.retransmission";

    @TempDir Path folder;
    @Parameter private IpVersion version;

    @BeforeEach
    void checkMachine() {
        Requires.root();
        Requires.program("ip");
        Requires.program("ethtool");
        Requires.program("nft");
        Requires.program("tshark");
    }

    @Test
    void shouldLookLikeTcpFromStartToStop() throws Exception {
        try (Hosts hosts = Hosts.joined(1500, version).withoutOffloads();
                Daemons daemons = new Daemons(hosts, folder);
                Capture capture = Capture.start(hosts.ioHost(), folder.resolve("wire.pcapng"))) {
            daemons.iohyp("--disk", "a=ram:4M").server("--disk", "a");
            try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
                load.awaitProgress(300).finish();
            }
            daemons.stop();
            capture.stop();

            List<String> flags = capture.fields("tcp", "tcp.flags");
            // Distinct: an IOhyp that starts is slow to answer, and SYN is sent again soon.
            assertEquals(
                    List.of("0x0002", "0x0012", "0x0010"),
                    flags.stream().distinct().limit(3).toList());
            assertEquals(
                    List.of("0x0011", "0x0011"), flags.subList(flags.size() - 2, flags.size()));
            assertEquals(List.of(), capture.fields("tcp.flags.reset == 1", "ip.src"));
            assertEquals(
                    List.of(),
                    capture.fields(
                            "ip.checksum.status != 1 || tcp.checksum.status != 1", "frame.number"));
            assertEquals(List.of(), capture.fields(SUSPECT, "frame.number", "_ws.expert.message"));
        }
    }

    @Test
    void shouldPassAFirewallThatDropsWhatIsInvalid() throws Exception {
        try (Hosts hosts = Hosts.routed(1500, version);
                Daemons daemons = new Daemons(hosts, folder)) {
            hosts.withoutOffloads();
            dropInvalid(hosts.middle());
            daemons.iohyp("--disk", "a=ram:4M").server("--disk", "a");
            try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
                load.awaitProgress(500).finish();
            }
            daemons.stop();
            String rules = hosts.middle().run("nft", "list", "ruleset");
            assertTrue(rules.contains("ct state invalid counter packets 0 "), rules);
            assertTrue(rules.contains("ct state established counter packets "), rules);
            assertTrue(!rules.contains("ct state established counter packets 0 "), rules);
        }
    }

    private static void dropInvalid(Namespace firewall) {
        firewall.run("nft", "add table inet wall");
        firewall.run(
                "nft", "add chain inet wall forward { type filter hook forward priority 0 ; }");
        firewall.run("nft", "add rule inet wall forward ct state invalid counter drop");
        firewall.run("nft", "add rule inet wall forward ct state established counter accept");
        // Only the server may open: to the port of the IOhyp.
        firewall.run("nft", "add rule inet wall forward ct state new tcp dport 8746 accept");
        firewall.run("nft", "add rule inet wall forward meta l4proto udp accept");
        firewall.run("nft", "add rule inet wall forward counter drop");
        firewall.run("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_be_liberal=0");
        firewall.run("sysctl", "-qw", "net.netfilter.nf_conntrack_checksum=1");
    }
}
