// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.cli.CommandRun;
import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.control.ControlServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** vrio domain, and the counters of a domain, at a server with scripted answers. */
class DomainNounTest {
    @TempDir private Path folder;
    private Path control;
    private ControlServer daemon;
    private String kind = "server";
    private final List<String> heard = new ArrayList<>();

    @BeforeEach
    void start() throws ControlException {
        control = folder.resolve("c");
        ControlServer.Options options = new ControlServer.Options(control, Optional.empty());
        daemon =
                ControlServer.open(
                        options,
                        Map.of(
                                "status",
                                arguments -> Map.of("daemon", kind, "protocol", 1),
                                "domain list",
                                arguments -> List.of(domain()),
                                "domain show",
                                this::show,
                                "domain release",
                                this::release,
                                "disk stats",
                                arguments -> Map.of("reads", arguments.text("name").length()),
                                "nic stats",
                                arguments -> Map.of("frames", 7)));
        daemon.start();
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private static Map<String, Object> domain() {
        return Map.of(
                "domain",
                "vm",
                "uuid",
                "6c0a",
                "devices",
                List.of(device("disk", "a"), device("nic", "b"), device("disk", "long")));
    }

    private static Map<String, Object> device(String kind, String name) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("kind", kind);
        row.put("name", name);
        row.put("socket", "/run/vrio/" + name + ".sock");
        row.put("maker", "hook");
        row.put("state", name.equals("b") ? "refused" : "attached");
        row.put("reason", name.equals("b") ? "there is no NIC b" : "");
        row.put("frontend", name.equals("a") ? 4711 : null);
        return row;
    }

    private Object show(ControlArguments arguments) throws ControlException {
        if (arguments.onlyText("domain").equals("vm")) {
            return domain();
        }
        throw new ControlException("no running domain has a device here");
    }

    private Object release(ControlArguments arguments) throws ControlException {
        heard.add(arguments.onlyText("domain"));
        return Map.of("domain", "vm");
    }

    private CommandRun run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--control", control.toString()));
        return CommandRun.of(all.toArray(String[]::new));
    }

    @Test
    void shouldPrintDomainsWithTheirDevices() {
        assertEquals(
                List.of("DOMAIN  UUID  DISKS   NICS", "vm      6c0a  a,long  b"),
                run("domain", "list").out());
    }

    @Test
    void shouldPrintTheDevicesOfOne() {
        assertEquals(
                List.of(
                        "KIND  NAME  MADE BY  FRONTEND  SOCKET               STATE",
                        "disk  a     hook     4711      /run/vrio/a.sock     attached",
                        "nic   b     hook     -         /run/vrio/b.sock     refused: there is no NIC b",
                        "disk  long  hook     -         /run/vrio/long.sock  attached"),
                run("domain", "show", "vm").out());
    }

    @Test
    void shouldReleaseADomain() {
        assertEquals(List.of(), run("domain", "release", "vm").out());

        assertEquals(List.of("vm"), heard);
    }

    @Test
    void shouldNotReleaseWhatIsNotThere() {
        assertEquals(
                "vrio domain release: no running domain has a device here",
                run("domain", "release", "mv").onlyError(1));

        assertEquals(List.of(), heard);
    }

    @Test
    void shouldAskAServerOnly() {
        kind = "iohyp";

        assertTrue(run("domain", "list").onlyError(1).contains(" is an IOhyp, "));
        assertTrue(
                run("disk", "stats", "--domain", "vm")
                        .onlyError(1)
                        .contains("an IOhyp does not know domains"));
    }

    @Test
    void shouldPrintTheCountersOfADomain() {
        assertEquals(
                List.of(
                        "DEVICE  COUNTER  VALUE",
                        "a       reads        1",
                        "long    reads        4"),
                run("disk", "stats", "--domain", "vm").out());
        assertEquals(
                "{ \"b\" : { \"frames\" : 7 } }",
                String.join(" ", run("nic", "stats", "--domain=vm", "--format=json").out())
                        .replaceAll("\\s+", " "));
    }

    @Test
    void shouldWantEitherADeviceOrADomain() {
        assertTrue(run("disk", "stats").onlyError(2).contains("--domain=VM"));
        assertTrue(run("disk", "stats", "a", "--domain=vm").onlyError(2).contains("--domain=VM"));
    }
}
