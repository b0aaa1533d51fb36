// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Requires;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Daemons that cannot start: they end at once, with status 1 and one line that says what to do. */
@Tag("root")
@Timeout(120)
final class StartErrorsTest {
    @TempDir Path folder;
    private Hosts hosts;
    private Daemons daemons;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        hosts = Hosts.joined(1500);
        daemons = new Daemons(hosts, folder);
    }

    @AfterEach
    void close() {
        if (hosts != null) {
            daemons.close();
            hosts.close();
        }
    }

    private CommandOutcome iohyp(String... more) throws Exception {
        return daemons.run(Daemons.enter(hosts.ioHost()), daemons.iohypArguments(more));
    }

    private CommandOutcome server(String... more) throws Exception {
        return daemons.run(Daemons.enter(hosts.vmHost()), daemons.serverArguments(more));
    }

    @Test
    void shouldRefuseDisksThatCannotBe() throws Exception {
        Path image = folder.resolve("a.img");
        iohyp("--disk", "a=file:" + image)
                .assertRefused(
                        1,
                        "vrio iohyp: disk a: "
                                + image
                                + ": no such file; say size=SIZE to have it made");
        CommandOutcome large = iohyp("--disk", "a=file:" + image + ",size=900T");
        assertEquals(1, large.exitStatus());
        assertEquals(1, large.err().lines().count(), large.err());
        assertTrue(
                large.err().contains("bytes are more than its whole file system has"), large.err());
        assertFalse(Files.exists(image));
    }

    @Test
    void shouldRefuseStateThatCannotBeTrusted() throws Exception {
        Path state = Files.createDirectory(folder.resolve("state"));
        Path disks = Files.writeString(state.resolve("disks.json"), "{ broken");
        CommandOutcome broken = iohyp();
        assertEquals(1, broken.exitStatus());
        assertEquals(1, broken.err().lines().count(), broken.err());
        assertTrue(broken.err().startsWith("vrio iohyp: " + disks + " is damaged: "), broken.err());
        assertTrue(broken.err().contains("repair it or restore it from a backup"), broken.err());
        assertEquals("{ broken", Files.readString(disks));
    }

    @Test
    void shouldRefuseSocketPathsOfOthers() throws Exception {
        Path file = Files.writeString(folder.resolve("a.sock"), "precious");
        server("--disk", "a")
                .assertRefused(
                        1,
                        "vrio server: socket "
                                + file
                                + ": exists and is not a socket; remove it or choose another path");
        assertEquals("precious", Files.readString(file));

        Path used = folder.resolve("used.sock");
        try (ServerSocketChannel living = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            living.bind(UnixDomainSocketAddress.of(used));
            server("--disk", "used")
                    .assertRefused(
                            1,
                            "vrio server: socket "
                                    + used
                                    + ": in use by process "
                                    + ProcessHandle.current().pid()
                                    + "; stop it or choose another path");
        }
        // Nobody listens there any more.
        daemons.server("--disk", "used");
        assertTrue(Files.exists(used));
    }

    @Test
    void shouldTellWhatIsNotPermitted() throws Exception {
        Requires.program("setpriv");
        List<String> nobody = new ArrayList<>(Daemons.enter(hosts.ioHost()));
        nobody.addAll(List.of("setpriv", "--reuid=nobody", "--clear-groups", "--"));
        String refusal =
                "packet sockets are not permitted: run as root, or grant CAP_NET_RAW (systemd:"
                        + " AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN)";
        daemons.run(nobody, daemons.iohypArguments()).assertRefused(1, "vrio iohyp: " + refusal);
    }

    @Test
    void shouldTellThatNoDaemonAnswers() throws Exception {
        daemons.atServer("disk", "list")
                .assertRefused(
                        1,
                        "vrio disk list: no daemon at "
                                + daemons.serverControl()
                                + ": start vrio iohyp or vrio server, or name its --control path");
    }

    @Test
    void shouldNameThePrivilegeThatANicNeeds() throws Exception {
        Requires.program("setpriv");
        List<String> unprivileged = new ArrayList<>(Daemons.enter(hosts.ioHost()));
        unprivileged.addAll(List.of("setpriv", "--bounding-set", "-net_admin", "--"));
        String socket = folder.resolve("a.sock").toString();

        CommandOutcome outcome =
                daemons.run(
                        unprivileged, List.of("local", "--socket-path", socket, "--nic", "tap:a"));

        assertEquals(1, outcome.exitStatus(), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains("or grant CAP_NET_ADMIN"), outcome.err());
        assertFalse(Files.exists(folder.resolve("a.sock")));
    }
}
