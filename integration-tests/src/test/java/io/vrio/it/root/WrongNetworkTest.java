// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Await;
import io.vrio.it.Requires;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;
import io.vrio.transport.wire.IpVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Networks that are not what the operator believes: the server says so in one line. */
@Tag("root")
@Timeout(120)
final class WrongNetworkTest {
    private static final GuestOptions OPTIONS = GuestOptions.DEFAULT.withSlots(4, 1 << 20);

    @TempDir Path folder;

    @BeforeEach
    void checkMachine() {
        Requires.root();
        Requires.program("ip");
        Requires.program("ethtool");
        Requires.program("nft");
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldTellThatTheMtuOfThePathIsSmallerAndGoOn(IpVersion version) throws Exception {
        try (Hosts hosts = Hosts.bridged(1500, version).withoutOffloads();
                Daemons daemons = new Daemons(hosts, folder)) {
            setMtu(hosts.middle(), Hosts.TO_IO_HOST, 1400);
            daemons.iohyp("--disk", "a=ram:16M").server("--disk", "a");
            String iohyp = Endpoint.format(IpAddress.parse(hosts.ioAddress()), 8746);
            daemons.awaitServerLog(
                    "peer=" + iohyp + " mtu=1400 was=1500: longer frames do not arrive");
            daemons.awaitServerLog("state=established mtu=1400");
            assertEquals(1, count(daemons.server().log(), "longer frames do not arrive"));
        }
    }

    /** The router says so by ICMP, which nobody needs to believe. */
    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldNotHaveToFindAnMtuThatItIsGiven(IpVersion version) throws Exception {
        try (Hosts hosts = Hosts.routed(1500, version).withoutOffloads();
                Daemons daemons = new Daemons(hosts, folder)) {
            setMtu(hosts.middle(), Hosts.TO_IO_HOST, 1400);
            daemons.iohyp("--disk", "a=ram:16M").server("--disk", "a");
            daemons.awaitServerLog("mtu=1400 was=1500: longer frames do not arrive");
            daemons.server().close();

            daemons.server("--disk", "a", "--mtu", "1400");
            daemons.awaitServerLog("state=established mtu=1400");
            assertEquals(0, count(daemons.server().log(), "WARN"));
        }
    }

    @Test
    void shouldUseTheSmallerMtuOfTheTwoHosts() throws Exception {
        try (Hosts hosts = Hosts.bridged(9000).withoutOffloads();
                Daemons daemons = new Daemons(hosts, folder)) {
            setMtu(hosts.ioHost(), Hosts.INTERFACE, 1500);
            setMtu(hosts.middle(), Hosts.TO_IO_HOST, 1500);
            daemons.iohyp("--disk", "a=ram:16M").server("--disk", "a");
            daemons.awaitServerLog("mtu=1500 ours=9000: using the smaller");
            try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
                load.awaitProgress(50).finish();
            }
        }
    }

    @Test
    void shouldTellThatNobodyHasTheAddress() throws Exception {
        try (Hosts hosts = Hosts.joined(1500);
                Daemons daemons = new Daemons(hosts, folder)) {
            daemons.server("--disk", "a", "--peer", "10.78.1.77");
            daemons.awaitServerLog("no host answers ARP for 10.78.1.77: check the address");
            assertEquals(1, count(daemons.server().log(), "WARN"));
        }
    }

    @Test
    void shouldTellThatNobodyHasTheIpv6Address() throws Exception {
        try (Hosts hosts = Hosts.joined(1500, IpVersion.V6);
                Daemons daemons = new Daemons(hosts, folder)) {
            daemons.server("--disk", "a", "--peer", "[fd78:0:0:1::77]:9000");
            daemons.awaitServerLog("no host answers neighbour discovery for fd78:0:0:1::77: check");
            assertEquals(1, count(daemons.server().log(), "WARN"));
        }
    }

    @Test
    void shouldTellThatNothingListensAtThePort() throws Exception {
        try (Hosts hosts = Hosts.joined(1500);
                Daemons daemons = new Daemons(hosts, folder)) {
            daemons.iohyp("--disk", "a=ram:16M").server("--disk", "a", "--peer", "10.78.1.2:8000");
            daemons.awaitServerLog("nothing listens at 10.78.1.2:8000: start vrio iohyp there");
            assertEquals(1, count(daemons.server().log(), "WARN"));
        }
    }

    /** Else a guest that has waited for {@code ready} would find a disk of size 0. */
    @Test
    void shouldBeReadyWithItsDiskThoughNobodyAnsweredAtFirst() throws Exception {
        try (Hosts hosts = Hosts.bridged(1500);
                Daemons daemons = new Daemons(hosts, folder)) {
            daemons.iohyp("--disk", "a=ram:16M");
            hosts.cutInTheMiddle();
            FutureTask<Daemons> server = new FutureTask<>(() -> daemons.server("--disk", "a"));
            new Thread(server, "server").start();
            Path log = folder.resolve("server-2.log");
            Await.until(
                    "the first attempt has failed",
                    () -> Files.exists(log) && Files.readString(log).contains("no answer from"));
            hosts.passInTheMiddle();
            server.get();
            try (BlockGuest guest = BlockGuest.connect(daemons.socket("a"), OPTIONS)) {
                assertEquals((16 << 20) / 512, guest.capacitySectors());
            }
        }
    }

    private static void setMtu(Namespace namespace, String name, int mtu) {
        namespace.run("ip", "link", "set", name, "mtu", Integer.toString(mtu));
    }

    private static long count(String log, String part) {
        return log.lines().filter(line -> line.contains(part)).count();
    }
}
