// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Await;
import io.vrio.transport.wire.IpVersion;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Daemons on both sides of a firewall that follows connections, on its good and its bad days. */
@Tag("root")
@Timeout(120)
final class FirewallTest {
    /** Seconds: far more than between two frames of idle daemons, on a slow machine as well. */
    private static final int FORGOTTEN_AFTER = 20;

    @TempDir Path folder;

    @BeforeEach
    void checkMachine() {
        RoutedDaemons.checkMachine();
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldSendNothingInvalidUnderLoss(IpVersion version) throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder, version)) {
            routed.router().withStrictFirewall().withLoss(10);
            try (VerifiedLoad load = routed.start()) {
                load.awaitProgress(500).finish();
            }
            assertEquals(0, routed.router().invalid(), routed.router()::rules);
        }
    }

    @Test
    void shouldSendNothingInvalidUnderLossWithoutKeys() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.insecure(folder)) {
            routed.router().withStrictFirewall().withLoss(10);
            try (VerifiedLoad load = routed.start()) {
                load.awaitProgress(500).finish();
            }
            assertEquals(0, routed.router().invalid(), routed.router()::rules);
        }
    }

    @Test
    void shouldSendNothingInvalidWhenFramesOvertakeEachOther() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder)) {
            routed.router().withStrictFirewall().withOvertaking();
            try (VerifiedLoad load = routed.start()) {
                load.awaitProgress(500).finish();
            }
            assertEquals(0, routed.router().invalid(), routed.router()::rules);
        }
    }

    @Test
    void shouldBeRememberedWhileItIsIdle() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder)) {
            routed.router()
                    .withStrictFirewall()
                    .set("nf_conntrack_tcp_timeout_established", FORGOTTEN_AFTER);
            try (VerifiedLoad load = routed.start()) {
                load.awaitProgress(100).finish();
            }
            long idleSinceNs = System.nanoTime();
            Await.until(
                    "it was reminded after seconds without requests",
                    () -> secondsUntilReminded(routed.router(), idleSinceNs) >= 4);
            try (VerifiedLoad load = routed.load()) {
                load.awaitProgress(100).finish();
            }
            assertEquals(1, routed.associations());
            assertEquals(0, routed.router().invalid(), routed.router()::rules);
        }
    }

    /** From {@code sinceNs} to the last frame that it has seen. */
    private static long secondsUntilReminded(MiddleRouter router, long sinceNs) {
        // Before the other one is asked for, which may take its time: rather too few than too many.
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - sinceNs);
        return seconds - (FORGOTTEN_AFTER - router.secondsLeft());
    }

    @Test
    void shouldComeBackWhenAStrictFirewallHasForgotten() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder)) {
            routed.router().withStrictFirewall();
            try (VerifiedLoad load = routed.start("--peer-timeout", "1s")) {
                load.awaitProgress(300);
                routed.router().forget();
                load.awaitProgress(300).finish();
            }
            assertTrue(routed.associations() > 1, routed.daemons()::allLogs);
        }
    }

    @Test
    void shouldNotNoticeThatALooseFirewallHasForgotten() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder)) {
            routed.router().withLooseFirewall();
            try (VerifiedLoad load = routed.start()) {
                load.awaitProgress(300);
                routed.router().forget();
                load.awaitProgress(300).finish();
            }
            assertEquals(1, routed.associations(), routed.daemons()::allLogs);
        }
    }

    @Test
    void shouldComeBackWhenAFirewallRefusesForAWhile() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder)) {
            refuseForAWhile(routed);
        }
    }

    @Test
    void shouldComeBackWhenAFirewallRefusesForAWhileWithoutKeys() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.insecure(folder)) {
            refuseForAWhile(routed);
        }
    }

    private static void refuseForAWhile(RoutedDaemons routed) throws Exception {
        routed.router().withStrictFirewall();
        try (VerifiedLoad load = routed.start()) {
            load.awaitProgress(300);
            routed.router().chain("refuse", "filter", "forward", -10);
            routed.router().rule("refuse", "meta l4proto tcp reject with tcp reset");
            routed.daemons().awaitServerLog("the peer broke off");
            routed.router().deleteChain("refuse");
            load.awaitProgress(300).finish();
        }
        assertTrue(routed.associations() > 1, routed.daemons()::allLogs);
    }

    @Test
    void shouldGoOnAfterAShortSilence() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder)) {
            routed.router().withStrictFirewall();
            try (VerifiedLoad load = routed.startWithPeerTimeout("30s")) {
                load.awaitProgress(300);
                routed.router().chain("silence", "filter", "forward", -10);
                routed.router().rule("silence", "drop");
                TimeUnit.SECONDS.sleep(1);
                routed.router().deleteChain("silence");
                load.awaitProgress(300).finish();
            }
            assertEquals(1, routed.associations(), routed.daemons()::allLogs);
        }
    }

    /** Packet sockets see what these drop. One that refuses with RST would speak for the daemon. */
    @Test
    void shouldNotNeedLeaveOfItsHostsOwnFirewalls() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder)) {
            String chain = "add chain inet own input { type filter hook input priority 0 ; }";
            for (Namespace host : List.of(routed.hosts().vmHost(), routed.hosts().ioHost())) {
                host.run("nft", "add table inet own");
                host.run("nft", chain);
                host.run("nft", "add rule inet own input meta l4proto tcp drop");
            }
            try (VerifiedLoad load = routed.start()) {
                load.awaitProgress(300).finish();
            }
            assertEquals(1, routed.associations(), routed.daemons()::allLogs);
        }
    }
}
