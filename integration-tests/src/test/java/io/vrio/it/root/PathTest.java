// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.transport.wire.IpVersion;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths that cut and join, that carry less than the hosts believe, and that move. */
@Tag("root")
@Timeout(120)
final class PathTest {
    private static final String ROUTER_ADDRESS = "02:00:5e:00:01:07";

    @TempDir Path folder;

    @BeforeEach
    void checkMachine() {
        RoutedDaemons.checkMachine();
    }

    @Test
    void shouldBeCutAndJoinedInEveryWay() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder)) {
            MiddleRouter router = routed.router().withStrictFirewall();
            Namespace middle = routed.hosts().middle();
            middle.run("ethtool", "-K", Hosts.TO_VM_HOST, "gro", "on");
            middle.run("ethtool", "-K", Hosts.TO_IO_HOST, "gro", "on");
            // What comes from the server is joined to this; what comes from the IOhyp to less.
            router.setLink(Hosts.TO_VM_HOST, "gro_max_size", "30000");
            router.setLink(Hosts.TO_IO_HOST, "gro_max_size", "5000");
            routed.hosts().ioHost().run("ethtool", "-K", Hosts.INTERFACE, "gro", "on", "tso", "on");
            try (VerifiedLoad load = routed.start()) {
                load.awaitProgress(300).finish();
            }
            assertEquals(0, router.invalid(), router::rules);
        }
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldFindTheMtuOfThePath(IpVersion version) throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder, version)) {
            routed.router().setLink(Hosts.TO_IO_HOST, "mtu", "1400");
            try (VerifiedLoad load = routed.start()) {
                load.awaitProgress(300).finish();
            }
            routed.daemons().awaitServerLog("state=established mtu=1400");
        }
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldBelieveAnMssThatWasClamped(IpVersion version) throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder, version)) {
            routed.router().setLink(Hosts.TO_IO_HOST, "mtu", "1430");
            routed.router().chain("clamp", "filter", "forward", -150);
            routed.router().rule("clamp", "tcp flags syn tcp option maxseg size set rt mtu");
            try (VerifiedLoad load = routed.start()) {
                load.awaitProgress(300).finish();
            }
            routed.daemons().awaitServerLog("state=established mtu=1430");
            assertEquals(1, routed.associations());
        }
    }

    @Test
    void shouldGoOnWhenThePathBecomesNarrower() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.insecure(folder)) {
            try (VerifiedLoad load = routed.start()) {
                load.awaitProgress(300);
                routed.router().setLink(Hosts.TO_IO_HOST, "mtu", "1300");
                load.awaitProgress(300).finish();
            }
            routed.daemons().awaitServerLog("mtu=1280 was=");
            routed.daemons().awaitIohypLog("mtu=1280 was=");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Hosts.TO_VM_HOST, Hosts.TO_IO_HOST})
    void shouldFollowAGatewayThatMoves(String name) throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder)) {
            // As routers do that take over an address: it is announced, and nobody is asked.
            routed.hosts().middle().run("sysctl", "-qw", "net.ipv4.conf." + name + ".arp_notify=1");
            try (VerifiedLoad load = routed.start("--peer-timeout", "40s")) {
                load.awaitProgress(300);
                routed.router().setLink(name, "address", ROUTER_ADDRESS);
                load.awaitProgress(300).finish();
            }
            assertEquals(1, routed.associations(), routed.daemons()::allLogs);
        }
    }
}
