// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Requires;
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

/** Daemons whose short frames go by AF_XDP, or would if they could. */
@Tag("root")
@Timeout(120)
final class XdpDaemonsTest {
    private static final GuestOptions OPTIONS =
            GuestOptions.DEFAULT.withQueues(2, 128).withSlots(8, 256 << 10);
    private static final String[] XDP = {"--link", "xdp"};

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

    private Daemons iohyp(String... more) throws Exception {
        List<String> options = new ArrayList<>(List.of(more));
        options.addAll(List.of("--disk", "a=file:" + folder.resolve("a.img") + ",size=32M"));
        return daemons.iohyp(options.toArray(String[]::new));
    }

    private Daemons server(String... more) throws Exception {
        List<String> options = new ArrayList<>(List.of(more));
        options.addAll(List.of("--disk", "a"));
        return daemons.server(options.toArray(String[]::new));
    }

    private VerifiedLoad load() {
        return VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1);
    }

    private JsonNode statusOfServer() throws Exception {
        return DaemonPair.json(daemons.atServer("status", "--format", "json").out());
    }

    private JsonNode statusOfIohyp() throws Exception {
        return DaemonPair.json(daemons.atIohyp("status", "--format", "json").out());
    }

    /** Whether the kernel runs a program for each frame of the host's interface. */
    private static boolean hasProgram(Namespace host) {
        return host.run("ip", "link", "show", Hosts.INTERFACE).contains("xdpgeneric");
    }

    /** The kernel clears away what a process had when it has ended. */
    private static boolean awaitNoProgram(Namespace host) {
        return LinkEnd.await(() -> !hasProgram(host));
    }

    @Test
    void shouldServeADiskWithXdpAtBothEnds() throws Exception {
        iohyp(XDP);
        server(XDP);
        try (VerifiedLoad load = load()) {
            load.awaitProgress(2000);
            assertEquals("xdp", statusOfServer().get("link").asText());
            assertEquals("xdp", statusOfIohyp().get("link").asText());
            assertEquals("", statusOfServer().get("linkReason").asText());
            load.finish();
        }
    }

    @Test
    void shouldServeADiskWithXdpAtTheIohypAlone() throws Exception {
        iohyp(XDP);
        server();
        try (VerifiedLoad load = load()) {
            load.awaitProgress(2000).finish();
        }
        assertEquals("packet", statusOfServer().get("link").asText());
    }

    @Test
    void shouldServeADiskWithXdpAtTheServerAlone() throws Exception {
        iohyp();
        server(XDP);
        try (VerifiedLoad load = load()) {
            load.awaitProgress(2000).finish();
        }
    }

    @Test
    void shouldLeaveNoProgramBehindWhenItIsKilled() throws Exception {
        iohyp(XDP);
        server(XDP);
        try (VerifiedLoad load = load()) {
            load.awaitProgress(300);
            assertTrue(hasProgram(hosts.ioHost()));
            daemons.iohyp().kill();
            assertTrue(awaitNoProgram(hosts.ioHost()));
            iohyp(XDP);
            assertTrue(hasProgram(hosts.ioHost()));
            load.awaitProgress(300).finish();
        }
    }

    @Test
    void shouldLeaveNoProgramBehindWhenItIsStopped() throws Exception {
        iohyp(XDP);
        assertTrue(hasProgram(hosts.ioHost()));
        daemons.stop();
        assertTrue(awaitNoProgram(hosts.ioHost()));
    }

    @Test
    void shouldFollowAnInterfaceThatIsMadeAnew() throws Exception {
        iohyp("--link", "xdp", "--peer-timeout", "1s");
        server("--link", "xdp", "--peer-timeout", "1s");
        try (VerifiedLoad load = load()) {
            load.awaitProgress(300);
            hosts.replaceInterfaces();
            load.awaitProgress(300);
            assertTrue(hasProgram(hosts.ioHost()));
            assertTrue(hasProgram(hosts.vmHost()));
            load.finish();
        }
    }

    @Test
    void shouldDoWithoutWhereAnotherDaemonHasTheInterface() throws Exception {
        iohyp();
        server(XDP);
        Path sockets = Files.createDirectory(folder.resolve("further"));
        daemons.furtherServer(sockets, "--name", "further", "--link", "xdp");
        String line =
                "interface=wire0 link=packet, not xdp: another program has the interface's XDP [";
        assertTrue(LinkEnd.await(() -> daemons.allLogs().contains(line)), daemons::allLogs);
        try (VerifiedLoad load = load()) {
            load.awaitProgress(300).finish();
        }
    }

    @Test
    void shouldDoWithoutTheCapability() throws Exception {
        Requires.program("setpriv");
        List<String> enter = new ArrayList<>(Daemons.enter(hosts.vmHost()));
        enter.addAll(List.of("setpriv", "--bounding-set", "-bpf,-sys_admin", "--"));
        daemons = new Daemons(hosts, folder, enter, folder);
        iohyp();
        server(XDP);
        daemons.awaitServerLog("link=packet, not xdp: this process may not [");
        try (VerifiedLoad load = load()) {
            load.awaitProgress(300).finish();
        }
        JsonNode status = statusOfServer();
        assertEquals("packet", status.get("link").asText());
        assertTrue(status.get("linkReason").asText().endsWith("CAP_BPF"), status::toString);
    }
}
