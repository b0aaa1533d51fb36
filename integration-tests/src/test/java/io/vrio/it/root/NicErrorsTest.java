// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Requires;
import io.vrio.it.qemu.VrioDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
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
    private static Hosts hosts;
    private static Daemons daemons;

    @BeforeAll
    static void open() throws Exception {
        Requires.root();
        Requires.program("ip");
        hosts = Hosts.joined(1500);
        hosts.ioHost().run("ip", "link", "add", "br0", "type", "bridge");
        daemons = new Daemons(hosts, folder);
        daemons.iohyp("--nic", "a=tap:tap0,bridge=br0", "--nic", "b=switch:lan,mac=" + MAC);
        daemons.server("--nic", "a", "--nic", "b", "--nic", "lost");
    }

    @AfterAll
    static void close() throws Exception {
        try {
            if (daemons != null) {
                checkThatBothWentOn();
            }
        } finally {
            if (daemons != null) {
                daemons.close();
            }
            if (hosts != null) {
                hosts.close();
            }
        }
    }

    private static void checkThatBothWentOn() throws Exception {
        String atServer = daemons.atServer("nic", "list").assertOk().out();
        assertEquals(
                2, atServer.lines().filter(line -> line.endsWith("attached")).count(), atServer);
        String atIohyp = daemons.atIohyp("nic", "list").assertOk().out();
        assertEquals(2, atIohyp.lines().filter(line -> line.endsWith("ready")).count(), atIohyp);
    }

    private static void refuseCreation(String backend, String reason) throws Exception {
        daemons.atIohyp("nic", "create", "x", backend)
                .assertRefused(1, "vrio nic create: " + reason);
    }

    @Test
    void shouldRefuseInterfacesThatCannotBeUsed() throws Exception {
        refuseCreation("tap:tap0", "tap tap0: in use by another process: choose another name");
        refuseCreation(
                "tap:wire0", "wire0 is a network interface, but no tap: choose another name");
        refuseCreation(
                "tap:x,bridge=br9",
                "there is no bridge br9: `ip link show type bridge` lists those there are");
        refuseCreation(
                "raw:eth9", "there is no network interface eth9: `ip link` lists those there are");
    }

    @Test
    void shouldRefuseAMacThatIsTaken() throws Exception {
        refuseCreation(
                "switch:lan,mac=" + MAC,
                "NIC x: MAC " + MAC + " is that of NIC b already; choose another");
    }

    @Test
    void shouldRefuseBackendsThatAreNone() throws Exception {
        String vlan = daemons.atIohyp("nic", "create", "x", "switch:lan,vlan=4095").err();
        assertTrue(vlan.endsWith("vlan: '4095' is out of range (legal: 1 to 4094)\n"), vlan);
        String kind = daemons.atIohyp("nic", "create", "x", "wire:lan").err();
        assertTrue(kind.contains("unknown kind of NIC 'wire' (legal: tap:IFNAME"), kind);
    }

    @Test
    void shouldNameNicsThatAreNotThere() throws Exception {
        daemons.atIohyp("nic", "show", "x").assertRefused(1, "vrio nic show: there is no NIC x");
        daemons.atIohyp("nic", "set-link", "x", "down")
                .assertRefused(1, "vrio nic set-link: there is no NIC x");
        daemons.atServer("nic", "delete", "x")
                .assertRefused(
                        1,
                        "vrio nic delete: this server does not serve a NIC x; see vrio nic list");
        daemons.awaitServerLog("nic=lost refused: this IOhyp has no NIC lost");
    }

    @Test
    void shouldSetTheLinkAtTheIohypOnly() throws Exception {
        daemons.atServer("nic", "set-link", "a", "down")
                .assertRefused(
                        1,
                        "vrio nic set-link: the link of a NIC is set where it is:"
                                + " run vrio nic set-link on the I/O host");
    }

    @Test
    void shouldRefuseANicThatAnotherServerHas() throws Exception {
        List<String> arguments = new ArrayList<>(daemons.serverArguments());
        arguments.set(arguments.indexOf("--control") + 1, folder + "/other.control");
        arguments.addAll(List.of("--name", "other", "--nic", "a=" + folder + "/other.sock"));
        Path log = folder.resolve("other.log");
        try (VrioDaemon other =
                VrioDaemon.start(
                        log, Daemons.enter(hosts.vmHost()), arguments.toArray(String[]::new))) {
            assertTrue(
                    other.log().contains("nic=a refused: NIC a is in use by server 10.78.1.1"),
                    other.log());
        }
    }

    @Test
    void shouldKeepANicThatIsInUse() throws Exception {
        CommandOutcome atIohyp = daemons.atIohyp("nic", "delete", "a");

        assertEquals(1, atIohyp.exitStatus());
        assertTrue(
                atIohyp.err().startsWith("vrio nic delete: NIC a is in use by server 10.78.1.1"),
                atIohyp.err());
    }

    @Test
    void shouldNotGiveTheSocketOfANicToADisk() throws Exception {
        daemons.atServer("disk", "create", "a")
                .assertRefused(
                        1,
                        "vrio disk create: disk a would share socket "
                                + daemons.socket("a")
                                + " with NIC a: name another SOCKET for one of them");
    }

    @Test
    void shouldNotStartWithANicThatCannotBe() throws Exception {
        List<String> arguments = daemons.iohypArguments("--nic", "x=tap:tap0", "--port", "8747");
        arguments.set(arguments.indexOf("--control") + 1, folder + "/other-iohyp.control");
        arguments.set(arguments.indexOf("--state-dir") + 1, folder + "/other-state");

        daemons.run(Daemons.enter(hosts.ioHost()), arguments)
                .assertRefused(
                        1,
                        "vrio iohyp: NIC x: tap tap0: in use by another process:"
                                + " choose another name");
    }

    @Test
    void shouldNameThePrivilegeThatIsMissing() throws Exception {
        Requires.program("setpriv");
        List<String> unprivileged = new ArrayList<>(Daemons.enter(hosts.ioHost()));
        unprivileged.addAll(List.of("setpriv", "--bounding-set", "-net_admin", "--"));
        Path socket = folder.resolve("local.sock");

        CommandOutcome outcome =
                daemons.run(
                        unprivileged,
                        List.of("local", "--socket-path", "" + socket, "--nic", "tap:y"));

        assertEquals(1, outcome.exitStatus(), outcome.err());
        assertTrue(outcome.err().contains("CAP_NET_ADMIN"), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(Files.notExists(socket));
    }
}
