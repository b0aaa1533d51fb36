// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Requires;
import io.vrio.it.root.VerifiedLoad;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two VM hosts and their I/O host, each a container. */
@Tag("container")
@Timeout(120)
final class TwoVmHostsTest {
    private static final GuestOptions OPTIONS =
            GuestOptions.DEFAULT.withQueues(2, 128).withSlots(8, 256 << 10);

    @TempDir Path folder;
    private ContainerSite site;

    @BeforeAll
    static void require() {
        Requires.docker();
    }

    @AfterEach
    void close() {
        if (site != null) {
            site.close();
        }
    }

    private static VerifiedLoad load(ContainerHost host, String disk) {
        return VerifiedLoad.start(host.socket(disk), OPTIONS, 1);
    }

    private static void assertWorks(ContainerHost host, String disk) throws Exception {
        try (VerifiedLoad load = load(host, disk)) {
            load.awaitProgress(100).finish();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1500, 9000})
    void shouldServeTwoVmHostsAtOnceThroughAFirewall(int mtu) throws Exception {
        site = new ContainerSite(folder, mtu);
        assumeTrue(site.firewall().seesBridgedFrames(), "needs bridge-nf-call-iptables");
        ContainerHost iohyp = site.iohyp(site.disk("a", "8M"), site.disk("b", "8M"));
        ContainerHost first = site.server("--disk=a");
        ContainerHost second = site.secondServer("--disk=b");
        try (VerifiedLoad a = load(first, "a");
                VerifiedLoad b = load(second, "b")) {
            a.awaitProgress(500);
            b.awaitProgress(500);
            String peers = iohyp.vrio("peer", "list").assertOk().out();
            assertEquals(2, lines(peers, " " + mtu + " "), peers);
            a.finish();
            b.finish();
        }
        site.firewall().assertSawOnlyValidFrames(500);
    }

    private static long lines(String text, String part) {
        return text.lines().filter(line -> line.contains(part)).count();
    }

    @Test
    void shouldRefuseADiskThatTheOtherVmHostUsesAndMakeAnotherOne() throws Exception {
        site = new ContainerSite(folder, 1500);
        ContainerHost iohyp = site.iohyp(site.disk("a", "8M"));
        ContainerHost first = site.server("--disk=a");
        iohyp.awaitLog("disk=a server=" + ContainerLan.VM_ADDRESS + " attached");
        ContainerHost second = site.secondServer("--disk=a");

        second.awaitLog(
                "disk=a refused: disk a is in use by server " + ContainerLan.VM_ADDRESS + " since");
        String shown = second.vrio("disk", "list").assertOk().out();
        assertTrue(shown.contains("detach it there, or stop that server, first"), shown);
        assertWorks(first, "a");

        // What an operator does then, on either host.
        iohyp.vrio("disk", "create", "late", "ram:8M").assertOk();
        second.vrio("disk", "create", "late").assertOk();
        assertWorks(second, "late");
    }
}
