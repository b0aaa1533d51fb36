// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.frontend.GuestOptions;
import io.vrio.transport.wire.IpVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Daemons on both sides of a NAT. */
@Tag("root")
@Timeout(120)
final class NatTest {
    private static final GuestOptions OPTIONS = GuestOptions.DEFAULT.withSlots(8, 256 << 10);

    @TempDir Path folder;

    @BeforeEach
    void checkMachine() {
        RoutedDaemons.checkMachine();
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldServeSeveralServersBehindOneAddress(IpVersion version) throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder, version)) {
            routed.router().withStrictFirewall().hideServers(20_000);
            Path sockets = Files.createDirectory(folder.resolve("other"));
            Credentials other = Credentials.keys(folder, "other");
            try (VerifiedLoad first = routed.start()) {
                routed.daemons().furtherServer(sockets, other.server("--disk", "b"));
                routed.daemons().awaitIohypLog("disk=b server=other attached");
                try (VerifiedLoad second =
                        VerifiedLoad.start(sockets.resolve("b.sock"), OPTIONS, 2)) {
                    second.awaitProgress(300).finish();
                    first.awaitProgress(300).finish();
                }
            }
            assertEquals(1, routed.associations());
            assertEquals(0, routed.router().invalid(), routed.router()::rules);
        }
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldComeBackFromAnotherPort(IpVersion version) throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder, version)) {
            changePort(routed);
            routed.daemons().awaitIohypLog("server=vm ended: ");
        }
    }

    @Test
    void shouldComeBackFromAnotherPortWithoutKeys() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.insecure(folder)) {
            changePort(routed);
        }
    }

    private static void changePort(RoutedDaemons routed) throws Exception {
        routed.router().hideServers(20_000);
        try (VerifiedLoad load = routed.start()) {
            load.awaitProgress(300);
            routed.router().deleteChain("hide");
            routed.router().hideServers(30_000);
            routed.router().forget();
            load.awaitProgress(300).finish();
        }
        assertTrue(routed.associations() > 1, routed.daemons()::allLogs);
    }

    @Test
    void shouldReachAnIohypBehindAnotherAddress() throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.sealed(folder)) {
            routed.router().withStrictFirewall().chain("front", "nat", "prerouting", -100);
            routed.router()
                    .rule("front", "ip daddr 10.78.1.254 tcp dport 9000 dnat to 10.78.2.2:8746");
            try (VerifiedLoad load = routed.start("--peer", "10.78.1.254:9000")) {
                load.awaitProgress(300).finish();
            }
            assertEquals(0, routed.router().invalid(), routed.router()::rules);
        }
    }
}
