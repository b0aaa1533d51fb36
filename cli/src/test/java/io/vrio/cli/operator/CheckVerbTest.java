// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vrio.cli.CommandRun;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.control.ControlServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** vrio domain check; the rules have their own tests. */
class CheckVerbTest {
    @TempDir private Path folder;

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("vm.xml"), text).toString();
    }

    /** A guest with a disk whose socket nobody has. */
    private String domain() {
        return """
                <domain type='kvm'><name>vm1</name>
                <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
                <devices><disk type='vhostuser' device='disk'>
                  <source type='unix' path='%s'><reconnect enabled='yes' timeout='1'/></source>
                  <target dev='vda' bus='virtio'/>
                </disk></devices></domain>
                """
                .formatted(folder.resolve("vm1.sock"));
    }

    private CommandRun check(String... words) {
        List<String> all = new ArrayList<>(List.of("domain", "check"));
        all.addAll(List.of(words));
        all.addAll(List.of("--control", folder.resolve("c").toString()));
        return CommandRun.of(all.toArray(String[]::new));
    }

    private ControlServer server(Map<String, Object> disk) throws ControlException {
        ControlServer daemon =
                ControlServer.open(
                        new ControlServer.Options(folder.resolve("c"), Optional.empty()),
                        Map.of(
                                "status",
                                arguments ->
                                        Map.of(
                                                "daemon",
                                                "server",
                                                "protocol",
                                                1,
                                                "socketDir",
                                                "/s"),
                                "disk list",
                                arguments -> List.of(disk),
                                "nic list",
                                arguments -> List.of()));
        daemon.start();
        return daemon;
    }

    @Test
    void shouldFailWhenSomethingWould() throws Exception {
        CommandRun run = check(file(domain()));

        assertEquals(1, run.status());
        assertEquals(List.of(), run.err());
        assertEquals("SEVERITY  WHERE     WHAT, AND WHAT TO DO", run.out().get(0));
        assertEquals(
                "error     disk vda  there is no socket "
                        + folder.resolve("vm1.sock")
                        + "; with <reconnect>, virsh start hangs for ever: start vrio server, or"
                        + " whatever shall serve it, first",
                run.out().get(1));
    }

    @Test
    void shouldPrintJsonForPrograms() throws Exception {
        CommandRun run = check(file(domain()), "--format", "json");

        JsonNode findings = new ObjectMapper().readTree(String.join("\n", run.out()));
        assertEquals("error", findings.path(0).path("severity").asText());
        assertEquals("disk vda", findings.path(0).path("where").asText());
        assertEquals(
                "start vrio server, or whatever shall serve it, first",
                findings.path(0).path("advice").asText());
    }

    @Test
    void shouldHaveNothingToSayOfOtherDomains() throws Exception {
        assertEquals(
                new CommandRun(0, List.of("nothing would fail"), List.of()),
                check(file("<domain type='kvm'><name>x</name></domain>")));
    }

    @Test
    void shouldAskTheServerForWhatItServes() throws Exception {
        Map<String, Object> disk = new LinkedHashMap<>();
        disk.put("name", "vm1");
        disk.put("socket", folder.resolve("vm1.sock").toString());
        disk.put("state", "refused");
        disk.put("reason", "there is no disk vm1");
        disk.put("queuesMax", 64);
        disk.put("frontend", null);
        try (ControlServer daemon = server(disk)) {
            CommandRun run = check(file(domain()));

            assertEquals(1, run.status());
            assertEquals(
                    "error     disk vda  the IOhyp refuses disk vm1: there is no disk vm1: see vrio"
                            + " disk list on the I/O host",
                    run.out().get(1));
            assertTrue(daemon != null);
        }
    }

    @Test
    void shouldSucceedWhenThereAreOnlyWarnings() throws Exception {
        Map<String, Object> disk = new LinkedHashMap<>();
        disk.put("name", "vm1");
        disk.put("socket", folder.resolve("vm1.sock").toString());
        disk.put("state", "waiting");
        disk.put("queuesMax", 64);
        try (ControlServer daemon = server(disk)) {
            CommandRun run = check(file(domain()));

            assertEquals(0, run.status(), run.toString());
            assertTrue(run.out().get(1).startsWith("warning   disk vda  the IOhyp has not"));
            assertTrue(daemon != null);
        }
    }

    @Test
    void shouldSayWhatIsWrongWithTheXml() throws Exception {
        String file = file("<domain>\n<devices>\n</domain>");

        assertTrue(
                check(file)
                        .onlyError(1)
                        .startsWith("vrio domain check: " + file + ": domain XML: line 3: "),
                check(file).toString());
    }

    @Test
    void shouldSayThatThereIsNoFile() {
        String file = folder.resolve("none.xml").toString();

        assertEquals(
                "vrio domain check: cannot read "
                        + file
                        + ": NoSuchFile "
                        + file
                        + "; name a file, or -",
                check(file).onlyError(1));
    }
}
