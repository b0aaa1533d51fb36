// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.it.HookScript;
import io.vrio.it.HookScript.Outcome;
import io.vrio.it.Requires;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hook, called as libvirt calls it, at a server and an IOhyp on two machines. */
@Tag("root")
class LibvirtHookTest {
    private static final Outcome DONE = new Outcome(0, "", "");

    @TempDir private Path folder;
    private DaemonPair daemons;
    private HookScript hook;

    @BeforeEach
    void start() throws Exception {
        Requires.root();
        Requires.program("ip");
        Requires.program("perl");
        hook = new HookScript(folder, folder);
        daemons = new DaemonPair(folder);
        daemons.startIohyp("--disk=root=ram:1M", "--nic=lan=switch:lan").startServer();
    }

    @AfterEach
    void stop() {
        if (daemons != null) {
            daemons.close();
        }
    }

    private String element(String device) {
        return """
               <%s type='vhostuser'><source type='unix' path='%s/%s.sock' mode='client'/></%s>
               """
                .formatted(
                        device.equals("lan") ? "interface" : "disk",
                        folder,
                        device,
                        device.equals("lan") ? "interface" : "disk");
    }

    private String domain(String name, String... devices) {
        StringBuilder elements = new StringBuilder();
        for (String device : devices) {
            elements.append(element(device));
        }
        return "<domain type='kvm'><name>%s</name><uuid>%s</uuid><devices>%s</devices></domain>\n"
                .formatted(name, "uuid of " + name, elements);
    }

    private Outcome prepare(String name, String... devices) {
        return hook.run("prepare", name, domain(name, devices));
    }

    private void release(String name, String... devices) {
        assertEquals(DONE, hook.run("release", name, domain(name, devices)));
    }

    /** The line with which a start is refused. */
    private String refusal(String name, String... devices) {
        Outcome outcome = prepare(name, devices);
        assertEquals(1, outcome.exitStatus());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        return outcome.err().strip();
    }

    private JsonNode domains() {
        return DaemonPair.json(daemons.atServer("domain", "list", "--format=json"));
    }

    @Test
    void shouldServeWhatADomainNeeds() {
        assertEquals(DONE, prepare("vm", "root", "lan"));

        assertTrue(Files.exists(folder.resolve("root.sock")));
        assertEquals("attached", daemons.shownAtServer("disk", "root").get("state").asText());
        assertEquals("vm", daemons.shownAtServer("nic", "lan").get("domain").asText());
    }

    @Test
    void shouldFreeAndServeAgainAtOnce() {
        prepare("vm", "root", "lan");
        release("vm", "root", "lan");
        assertFalse(Files.exists(folder.resolve("root.sock")));

        assertEquals(DONE, prepare("vm", "root", "lan"));
        release("vm", "root", "lan");
        assertEquals(DONE, prepare("other", "root", "lan"));
    }

    @Test
    void shouldRefuseWhatTheIohypDoesNotHave() {
        String line = refusal("vm", "root", "unknown");

        assertTrue(line.startsWith("vrio: disk unknown is refused by the IOhyp: "), line);
        assertFalse(Files.exists(folder.resolve("root.sock")));
        assertEquals("[ ]", daemons.atServer("disk", "list", "--format=json"));
    }

    @Test
    void shouldRefuseWhatAnotherServerHas() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("second"));
        daemons.startFurtherServer("neighbour", elsewhere, "--disk=root");

        String line = refusal("vm", "root");

        assertTrue(line.contains("in use by server neighbour since "), line);
    }

    @Test
    void shouldRefuseWhileTheIohypIsAway() {
        daemons.iohyp().stop();

        String line = refusal("vm", "root");

        assertTrue(line.startsWith("vrio: disk root: the IOhyp is away: "), line);
        assertTrue(line.contains("vrio iohyp"), line);
    }

    @Test
    void shouldRefuseWhatAnotherDomainHas() {
        prepare("first", "root");

        String line = refusal("second", "root");

        assertTrue(line.startsWith("vrio: disk root belongs to domain first: "), line);
        assertEquals("first", domains().at("/0/domain").asText());
    }

    /** It would wait for ever for a device that the server serves to somebody else. */
    @Test
    void shouldRefuseASocketThatAQemuIsConnectedTo() throws Exception {
        daemons.atServer("disk", "create", "root");
        try (SocketChannel qemu =
                SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("root.sock")))) {
            String line = refusal("vm", "root");

            assertTrue(qemu.isConnected());
            String pid = Long.toString(ProcessHandle.current().pid());
            assertTrue(line.startsWith("vrio: disk root is in use by process " + pid), line);
        }
    }

    @Test
    void shouldRefuseADiskAtTheSocketOfANic() {
        daemons.atServer("nic", "create", "root");

        String line = refusal("vm", "root");

        assertTrue(line.contains("it is a disk, but its socket is that of a NIC"), line);
    }

    @Test
    void shouldKeepDevicesOverARestartOfTheServer() {
        prepare("vm", "root");
        daemons.atServer("nic", "create", "lan");

        daemons.server().stop();
        daemons.startServer();

        assertEquals("vm", domains().at("/0/domain").asText());
        assertEquals("attached", daemons.shownAtServer("disk", "root").get("state").asText());
        assertEquals("attached", daemons.shownAtServer("nic", "lan").get("state").asText());
    }

    /** One guest's socket is gone wrong; the others' guests wait for theirs. */
    @Test
    void shouldServeTheOthersWhenOneSocketCannotBeHad() throws Exception {
        prepare("vm", "root", "lan");
        daemons.server().stop();
        Files.writeString(folder.resolve("root.sock"), "precious");

        daemons.startServer();

        assertEquals("[ ]", daemons.atServer("disk", "list", "--format=json"));
        assertEquals("attached", daemons.shownAtServer("nic", "lan").get("state").asText());
        assertEquals("precious", Files.readString(folder.resolve("root.sock")));

        daemons.server().stop();
        Files.delete(folder.resolve("root.sock"));
        daemons.startServer();
        assertEquals("vm", daemons.shownAtServer("disk", "root").get("domain").asText());
    }

    /** No domain outlives the boot that it was started in; what an operator made does. */
    @Test
    void shouldForgetDomainsOfAFormerBoot() throws Exception {
        daemons.atServer("nic", "create", "lan");
        prepare("vm", "root", "lan");
        daemons.server().stop();
        Path state = folder.resolve("server.control.state");
        for (String file : List.of("disks.json", "nics.json")) {
            String kept = Files.readString(state.resolve(file));
            Files.writeString(
                    state.resolve(file),
                    kept.replaceAll("\"boot\" : \"[^\"]*\"", "\"boot\" : \"before\""));
        }

        daemons.startServer();

        assertEquals("[ ]", daemons.atServer("disk", "list", "--format=json"));
        assertEquals("", daemons.shownAtServer("nic", "lan").get("domain").asText());
        assertEquals(DONE, prepare("other", "root", "lan"));
    }

    @Test
    void shouldForgetWhatWasFreedBeforeARestart() {
        prepare("vm", "root");
        release("vm", "root");

        daemons.server().stop();
        daemons.startServer();

        assertEquals("[ ]", daemons.atServer("disk", "list", "--format=json"));
    }

    /** The server did not run when the domain ended: an operator says so. */
    @Test
    void shouldFreeWhatAnOperatorReleases() {
        prepare("gone", "root");

        daemons.atServer("domain", "release", "gone");

        assertEquals(DONE, prepare("vm", "root"));
    }

    @Test
    void shouldLearnAgainWhatRuns() {
        assertEquals(DONE, hook.run("reconnect", "vm", domain("vm", "root", "lan")));

        assertEquals("vm", domains().at("/0/domain").asText());
        assertTrue(daemons.awaitAtServer("disk", "root", "state", "attached"));
    }

    @Test
    void shouldRewriteTheSocketsOfAnotherHost() {
        String there =
                "<domain type='kvm'><name>vm</name><metadata>"
                        + "<v:devices xmlns:v='https://vrio.io/xmlns/domain/1.0'>"
                        + "<v:disk name='root'/></v:devices></metadata><devices><disk type='vhostuser'>"
                        + "<source path='/there/root.sock'/></disk></devices></domain>\n";

        String here = there.replace("/there/root.sock", folder.resolve("root.sock").toString());
        assertEquals(new Outcome(0, here, ""), hook.run("restore", "vm", there));
        assertEquals(new Outcome(0, here, ""), hook.run("migrate", "vm", there));
        assertEquals(DONE, hook.run("restore", "vm", here));
    }

    @Test
    void shouldTakeOddNames() {
        String name = "a \"b\" \\ 'c' ä €";
        String xml =
                domain("NAME", "root").replace("NAME", "a \"b\" \\ 'c' ä &#x20ac;<!-- \t\r\n -->");

        assertEquals(DONE, hook.run("prepare", name, xml));
        assertEquals(name, domains().at("/0/domain").asText());
        assertEquals(DONE, hook.run("release", name, xml));
        assertEquals(0, domains().size());
    }

    @Test
    void shouldTakeALongDomain() {
        String xml = domain("vm", "root") + "<!--" + "\"\n".repeat(400_000) + "-->";

        assertEquals(DONE, hook.run("prepare", "vm", xml));
        Outcome outcome = hook.run("prepare", "vm", xml + "<!--" + "x".repeat(300_000) + "-->");
        assertEquals(
                new Outcome(1, "", "vrio: the XML of vm has more than 1048576 bytes\n"), outcome);
    }

    @Test
    void shouldAskTheServerThatHasTheSocket() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("second"));
        daemons.startFurtherServer("neighbour", elsewhere);
        HookScript both = new HookScript(folder, elsewhere, folder);

        assertEquals(DONE, both.run("prepare", "vm", domain("vm", "root")));

        assertEquals(1, domains().size());
        assertEquals("[ ]", daemons.atServerOf(elsewhere, "domain", "list", "--format=json"));
    }
}
