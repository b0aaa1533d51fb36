// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an operator does wrong with NICs: each mistake gets one line that says what to do, and the
 * daemons and their other NICs go on.
 */
@Tag("root")
@Timeout(120)
final class NicErrorsTest {
    private static final String MAC = "52:54:00:00:00:0b";

    @TempDir static Path folder;
    private static DaemonPair daemons;

    @BeforeAll
    static void open() {
        Requires.root();
        Requires.program("ip");
        daemons = new DaemonPair(folder);
        daemons.ioHost().run("ip", "link", "add", "br0", "type", "bridge");
        daemons.startIohyp("--nic=a=tap:tap0,bridge=br0", "--nic=b=switch:lan,mac=" + MAC)
                .startServer("--nic=a", "--nic=b", "--nic=lost");
    }

    @AfterEach
    void checkThatBothGoOn() {
        assertEquals("attached", daemons.shownAtServer("nic", "a").get("state").asText());
        assertEquals("attached", daemons.shownAtServer("nic", "b").get("state").asText());
        assertEquals(3, daemons.atIohyp("nic", "list").lines().count());
    }

    @AfterAll
    static void close() {
        if (daemons != null) {
            daemons.close();
        }
    }

    private static void assertRefused(String backend, String reason) {
        assertEquals(
                "vrio nic create: " + reason,
                daemons.refusalAtIohyp("nic", "create", "x", backend));
    }

    @Test
    void shouldRefuseInterfacesThatCannotBeUsed() {
        assertRefused("tap:tap0", "tap tap0: in use by another process: choose another name");
        assertRefused("tap:wire0", "wire0 is a network interface, but no tap: choose another name");
        assertRefused(
                "tap:x,bridge=br9",
                "there is no bridge br9: `ip link show type bridge` lists those there are");
        assertRefused(
                "raw:eth9", "there is no network interface eth9: `ip link` lists those there are");
    }

    @Test
    void shouldRefuseAMacThatIsTaken() {
        assertRefused(
                "switch:lan,mac=" + MAC,
                "NIC x: MAC " + MAC + " belongs to NIC b already; choose another");
    }

    @Test
    void shouldNameNicsThatAreNotThere() {
        assertEquals(
                "vrio nic show: there is no NIC x", daemons.refusalAtIohyp("nic", "show", "x"));
        assertEquals(
                "vrio nic set-link: there is no NIC x",
                daemons.refusalAtIohyp("nic", "set-link", "x", "down"));
        assertEquals(
                "vrio nic delete: this server does not serve a NIC x; see vrio nic list",
                daemons.refusalAtServer("nic", "delete", "x"));
    }

    @Test
    void shouldTellTheServerThatTheIohypHasNoSuchNic() {
        assertEquals(
                "this IOhyp has no NIC lost; make it there with 'vrio nic create'",
                daemons.shownAtServer("nic", "lost").get("reason").asText());
    }

    @Test
    void shouldSetTheLinkAtTheIohypOnly() {
        assertEquals(
                "vrio nic set-link: the link of a NIC is set where it is:"
                        + " run vrio nic set-link on the I/O host",
                daemons.refusalAtServer("nic", "set-link", "a", "down"));
    }

    @Test
    void shouldRefuseANicThatAnotherServerHas() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));

        daemons.startFurtherServer("other", elsewhere, "--nic=a");

        String shown = daemons.atServerOf(elsewhere, "nic", "show", "a");
        assertTrue(shown.contains("NIC a is in use by server vmhost since "), shown);
    }

    @Test
    void shouldKeepANicThatIsInUse() {
        String line = daemons.refusalAtIohyp("nic", "delete", "a");

        assertTrue(
                line.startsWith("vrio nic delete: NIC a is in use by server vmhost since "), line);
    }

    @Test
    void shouldNotGiveTheSocketOfANicToADisk() {
        assertEquals(
                "vrio disk create: disk a would share socket "
                        + folder.resolve("a.sock")
                        + " with NIC a: name another SOCKET for one of them",
                daemons.refusalAtServer("disk", "create", "a"));
    }

    @Test
    void shouldNotStartWithANicThatCannotBe() {
        assertEquals(
                "vrio iohyp: NIC x: tap tap0: in use by another process: choose another name",
                daemons.failureOfFurtherIohyp("--nic=x=tap:tap0", "--port=8747"));
    }
}
