// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vrio.cli.CommandRun;
import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.control.ControlServer;
import java.nio.file.Files;
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

/** The operator's commands, against a control socket that answers as an IOhyp does. */
class OperatorCommandTest {
    @TempDir private Path folder;
    private Path control;
    private ControlServer daemon;
    private String kind = "iohyp";
    private int protocol = 1;
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
                                this::status,
                                "disk list",
                                arguments -> List.of(disk("vm1"), disk("vm-two")),
                                "disk show",
                                arguments -> disk(arguments.text("name")),
                                "disk create",
                                this::create,
                                "disk delete",
                                this::delete,
                                "disk resize",
                                this::resize,
                                "peer list",
                                arguments -> List.of(peer()),
                                "peer show",
                                arguments -> peer()));
        daemon.start();
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private Object status(ControlArguments arguments) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("daemon", kind);
        status.put("protocol", protocol);
        status.put("counters", Map.of("syns", 7));
        return status;
    }

    private static Map<String, Object> disk(String name) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", name);
        row.put("backend", "ram:1536M");
        row.put("capacity", 1536L << 20);
        row.put("allocated", 4096);
        row.put("state", name.equals("vm1") ? "ready" : "failed");
        row.put("failure", name.equals("vm1") ? "" : "it burned");
        row.put("server", "");
        return row;
    }

    private static Map<String, Object> peer() {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("peer", "evil\u001b[2Jname");
        row.put("address", "10.0.0.1:40000");
        row.put("worker", 2);
        row.put("state", "established");
        row.put("sinceSeconds", 7300);
        row.put("mtu", 9000);
        row.put("rttNs", 45_400);
        row.put("since", "2026-11-21T08:44:00.123Z");
        row.put("openedAt", "2026-11-21T08:43:59.900Z");
        row.put("lastHeardNs", 12_345_678);
        row.put("rttVariationNs", 12_000);
        row.put("rttMinNs", 38_000);
        row.put("rtoNs", 500_000);
        row.put("flightBytes", 65_536);
        row.put("flightFrames", 2);
        row.put("congestionWindowBytes", 4 << 20);
        row.put("pacedBytesPerSecond", 96 << 20);
        row.put("rttBaseNs", 39_000);
        row.put("creditBytes", 8 << 20);
        row.put("grantedBytes", 1 << 20);
        row.put("heldBytes", 0);
        row.put("security", "Noise_X");
        row.put("keyAgeSeconds", 53);
        row.put("keySealedBytes", 3 << 20);
        row.put("keyPhaseSent", 34);
        row.put("keyPhaseReceived", 35);
        Map<String, Object> counters = new LinkedHashMap<>();
        counters.put("frames_sent", 1234);
        counters.put("timeouts", 5);
        counters.put("duplicates", 6);
        counters.put("acks_sent", 7);
        row.put("counters", counters);
        row.put("events", List.of(event("established", "mtu\u0007"), event("lost", "silent")));
        return row;
    }

    private static Map<String, Object> event(String kind, String detail) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("time", "2026-11-21T08:44:00.123Z");
        row.put("lastTime", "2026-11-21T08:45:00.123Z");
        row.put("event", kind);
        row.put("count", 3);
        row.put("detail", detail);
        return row;
    }

    private Object create(ControlArguments arguments) throws ControlException {
        heard.add(arguments.text("name") + " " + arguments.optionalText("backend").orElse("-"));
        heard.add(arguments.optionalText("socket").orElse("-"));
        return Map.of("name", "x");
    }

    private Object delete(ControlArguments arguments) throws ControlException {
        throw new ControlException("disk " + arguments.text("name") + " is in use");
    }

    private Object resize(ControlArguments arguments) throws ControlException {
        heard.add(arguments.number("size") + " " + arguments.flag("shrink"));
        return disk(arguments.text("name"));
    }

    private CommandRun run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--control", control.toString()));
        return CommandRun.of(all.toArray(String[]::new));
    }

    @Test
    void shouldPrintATable() {
        assertEquals(
                List.of(
                        "NAME    SIZE  ALLOCATED  SERVER  BACKEND    STATE",
                        "vm1     1.5G         4K  -       ram:1536M  ready",
                        "vm-two  1.5G         4K  -       ram:1536M  failed: it burned"),
                run("disk", "list").out());
    }

    @Test
    void shouldPrintAllFieldsAsJson() throws Exception {
        CommandRun run = run("disk", "list", "--format", "json");

        JsonNode rows = new ObjectMapper().readTree(String.join("\n", run.out()));
        assertEquals(1536L << 20, rows.get(1).get("capacity").longValue());
    }

    @Test
    void shouldPrintOneObjectLineByLine() {
        assertEquals("capacity   1610612736", run("disk", "show", "vm1").out().get(2));
    }

    @Test
    void shouldPrintInnerObjectsInLine() {
        assertEquals(List.of("daemon    iohyp", "protocol  1", "syns      7"), run("status").out());
    }

    @Test
    void shouldShowTimesAsPeopleReadThem() {
        assertTrue(run("peer", "list").out().get(1).endsWith("2 h  9000  45 us  -"));
    }

    @Test
    void shouldNotLetAPeerSteerTheTerminal() {
        assertTrue(run("peer", "list").out().get(1).startsWith("evil?[2Jname  "));
    }

    @Test
    void shouldShowAPeerOnOneScreen() {
        assertEquals(
                List.of(
                        "peer        evil?[2Jname",
                        "address     10.0.0.1:40000",
                        "worker      2",
                        "state       established since 2026-11-21T08:44:00.123Z (2 h)",
                        "reason      -",
                        "mtu         9000",
                        "opened at   2026-11-21T08:43:59.900Z",
                        "last heard  12 ms ago",
                        "round trip  45 us, variation 12 us, least 38 us; time-out 500 us",
                        "in flight   64K in 2 super-frames",
                        "path        congestion window 4M, 96M/s at most; round trip without"
                                + " queues 39 us",
                        "credit      8M from the peer, 1M to it; 0 held in unfinished messages",
                        "security    Noise_X; key 53 s old, used for 3M; changed 34 times here, 35 times"
                                + " there",
                        "",
                        "frames_sent  1234   timeouts        5   duplicates      6",
                        "acks_sent       7",
                        "",
                        "TIME                      LAST TIME                 COUNT  EVENT"
                                + "        DETAIL",
                        "2026-11-21T08:44:00.123Z  2026-11-21T08:45:00.123Z      3  established"
                                + "  mtu?",
                        "2026-11-21T08:44:00.123Z  2026-11-21T08:45:00.123Z      3  lost       "
                                + "  silent"),
                run("peer", "show", "x").out());
    }

    @Test
    void shouldNeedNoNameOfTheOnlyPeer() {
        assertEquals(run("peer", "show", "x"), run("peer", "show"));
    }

    @Test
    void shouldShowAPeerAsJsonWithAllOfTheAnswersFields() throws Exception {
        CommandRun run = run("peer", "show", "--format", "json");

        JsonNode shown = new ObjectMapper().readTree(String.join("\n", run.out()));
        assertEquals(new ObjectMapper().valueToTree(peer()), shown);
    }

    @Test
    void shouldSendAnAbsolutePath() {
        CommandRun run = run("disk", "create", "vm3", "file:vm3.img,size=1G");

        assertEquals(0, run.status(), run.toString());
        Path expected = Path.of("vm3.img").toAbsolutePath();
        assertEquals(List.of("vm3 file:" + expected + ",size=1G", "-"), heard);
    }

    @Test
    void shouldTakeTheSecondWordForASocketAtAServer() {
        kind = "server";

        CommandRun run = run("disk", "create", "vm3", "/run/vm3.sock");

        assertEquals(0, run.status(), run.toString());
        assertEquals(List.of("vm3 -", "/run/vm3.sock"), heard);
    }

    @Test
    void shouldWantABackendAtAnIohyp() {
        assertEquals(
                "vrio disk create: Missing BACKEND: the IOhyp must know what the disk is made of",
                run("disk", "create", "vm3").onlyError(2));
    }

    @Test
    void shouldRefuseABackendThatIsNone() {
        assertTrue(run("disk", "create", "vm3", "ram:").onlyError(2).contains("(legal: "));
    }

    @Test
    void shouldSaySilentlyThatItIsDone() {
        assertEquals(new CommandRun(0, List.of(), List.of()), run("disk", "resize", "vm1", "2G"));
        assertEquals(List.of((2L << 30) + " false"), heard);
    }

    @Test
    void shouldPassOnThatShrinkingIsMeant() {
        run("disk", "resize", "vm1", "512", "--shrink");

        assertEquals(List.of("512 true"), heard);
    }

    @Test
    void shouldPrintTheDaemonsRefusal() {
        assertEquals(
                "vrio disk delete: disk vm1 is in use", run("disk", "delete", "vm1").onlyError(1));
    }

    @Test
    void shouldNotMisunderstandADaemonOfAnotherRelease() {
        protocol = 2;

        assertEquals(
                "vrio status: the daemon at "
                        + control
                        + " speaks version 2, this command 1: use the same release",
                run("status").onlyError(1));
    }

    @Test
    void shouldSayWhichPathItTriedAndWhatToStart() {
        daemon.close();

        assertEquals(
                "vrio disk list: no daemon at "
                        + control
                        + ": start vrio iohyp or vrio server, or name its --control path",
                run("disk", "list").onlyError(1));
    }

    @Test
    void shouldSayThatADeadDaemonDoesNotAnswer() throws Exception {
        daemon.close();
        Files.createFile(control);

        assertEquals(
                "vrio status: no daemon answers at "
                        + control
                        + ": Connection refused; start vrio iohyp or vrio server",
                run("status").onlyError(1));
    }
}
