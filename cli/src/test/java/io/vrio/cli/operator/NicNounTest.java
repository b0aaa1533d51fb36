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

/** vrio nic, against a control socket that answers as a daemon does. */
class NicNounTest {
    @TempDir private Path folder;
    private Path control;
    private ControlServer daemon;
    private String kind = "iohyp";
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
                                "nic list",
                                arguments -> List.of(nic("vm1"), nic("vm-two")),
                                "nic show",
                                arguments -> nic(arguments.text("name")),
                                "nic stats",
                                arguments -> Map.of("spoofed", 3),
                                "nic create",
                                this::create,
                                "nic delete",
                                this::delete,
                                "nic retry",
                                this::retry,
                                "nic set-link",
                                this::setLink));
        daemon.start();
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private static Map<String, Object> nic(String name) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", name);
        row.put("backend", "tap:" + name);
        row.put("mac", name.equals("vm1") ? "52:54:00:00:00:01" : "");
        row.put("link", "up");
        row.put("state", name.equals("vm1") ? "ready" : "failed");
        row.put("failure", name.equals("vm1") ? "" : "the tap is gone");
        row.put("server", "10.0.0.1");
        return row;
    }

    private Object create(ControlArguments arguments) throws ControlException {
        heard.add(arguments.text("name") + " " + arguments.optionalText("backend").orElse("-"));
        heard.add(arguments.optionalText("socket").orElse("-"));
        return Map.of("name", "x");
    }

    private Object delete(ControlArguments arguments) throws ControlException {
        boolean isForced = arguments.flag("force");
        String name = arguments.onlyText("name");
        if (isForced) {
            return Map.of("name", name);
        }
        throw new ControlException("NIC " + name + " is in use");
    }

    private Object setLink(ControlArguments arguments) throws ControlException {
        heard.add(arguments.text("name") + " " + arguments.onlyText("link"));
        return nic("vm1");
    }

    private CommandRun run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--control", control.toString()));
        return CommandRun.of(all.toArray(String[]::new));
    }

    @Test
    void shouldPrintTheNicsOfAnIohyp() {
        assertEquals(
                List.of(
                        "NAME    MAC                LINK  SERVER    BACKEND     STATE",
                        "vm1     52:54:00:00:00:01  up    10.0.0.1  tap:vm1     ready",
                        "vm-two  -                  up    10.0.0.1  tap:vm-two"
                                + "  failed: the tap is gone"),
                run("nic", "list").out());
    }

    @Test
    void shouldPrintTheNicsOfAServer() {
        kind = "server";

        assertEquals(
                "NAME    MAC                LINK  FRONTEND  SOCKET  STATE",
                run("nic", "list").out().get(0));
    }

    @Test
    void shouldPrintWhatIsKnownOfOne() {
        assertEquals("backend  tap:vm1", run("nic", "show", "vm1").out().get(1));
    }

    @Test
    void shouldPrintCounters() {
        assertEquals(List.of("spoofed  3"), run("nic", "stats", "vm1").out());
    }

    @Test
    void shouldSendTheBackendInItsOneForm() {
        CommandRun run = run("nic", "create", "vm3", "switch:lan,spoof,vlan=7");

        assertEquals(0, run.status(), run.toString());
        assertEquals(List.of("vm3 switch:lan,vlan=7,spoof", "-"), heard);
    }

    @Test
    void shouldTakeTheSecondWordForASocketAtAServer() {
        kind = "server";

        CommandRun run = run("nic", "create", "vm3", "vm3.sock");

        assertEquals(0, run.status(), run.toString());
        assertEquals(List.of("vm3 -", Path.of("vm3.sock").toAbsolutePath().toString()), heard);
    }

    @Test
    void shouldWantABackendAtAnIohyp() {
        assertEquals(
                "vrio nic create: Missing BACKEND: the IOhyp must know what the NIC is made of",
                run("nic", "create", "vm3").onlyError(2));
    }

    @Test
    void shouldRefuseABackendThatIsNone() {
        String line = run("nic", "create", "vm3", "switch:lan,vlan=4095").onlyError(2);

        assertTrue(line.contains("vlan: '4095' is out of range (legal: 1 to 4094)"), line);
        assertEquals(List.of(), heard);
    }

    private Object retry(ControlArguments arguments) throws ControlException {
        String name = arguments.onlyText("name");
        heard.add("retry " + name);
        return nic(name);
    }

    @Test
    void shouldHaveAFailedNicOpenedAgain() {
        run("nic", "retry", "vm1");
        assertEquals(List.of("retry vm1"), heard);
    }

    @Test
    void shouldSayInWordsWhetherTheLinkShallBeUp() {
        run("nic", "set-link", "vm1", "down");
        run("nic", "set-link", "vm1", "up");

        assertEquals(List.of("vm1 down", "vm1 up"), heard);
    }

    @Test
    void shouldRefuseOtherStatesOfALink() {
        assertEquals(
                "vrio nic set-link: Invalid value for positional parameter at index 1 (up|down):"
                        + " 'off' is not a state of a link (legal: up, down)",
                run("nic", "set-link", "vm1", "off").onlyError(2));
    }

    @Test
    void shouldPrintTheDaemonsRefusal() {
        assertEquals(
                "vrio nic delete: NIC vm1 is in use", run("nic", "delete", "vm1").onlyError(1));
    }

    @Test
    void shouldPassOnForce() {
        assertEquals(
                new CommandRun(0, List.of(), List.of()), run("nic", "delete", "vm1", "--force"));
    }
}
