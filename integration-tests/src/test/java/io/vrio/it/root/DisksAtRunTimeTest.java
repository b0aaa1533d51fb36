// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vrio.it.Requires;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators do with disks while an IOhyp and a server run, on two machines. */
@Tag("root")
class DisksAtRunTimeTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private Path folder;
    private Namespaces namespaces;
    private VrioCommand iohyp;
    private VrioCommand server;
    private VrioCommand second;

    @BeforeEach
    void start() {
        Requires.root();
        Requires.program("ip");
        namespaces = new Namespaces(1500);
        iohyp = startIohyp();
        server = startServer("vmhost", folder);
    }

    @AfterEach
    void stop() {
        for (VrioCommand daemon : Arrays.asList(second, server, iohyp)) {
            if (daemon != null) {
                daemon.stop();
            }
        }
        if (namespaces != null) {
            namespaces.close();
        }
    }

    private VrioCommand startIohyp() {
        return VrioCommand.start(
                namespaces.right(),
                "iohyp",
                "--interface=" + Namespaces.INTERFACE,
                "--address=10.77.0.2",
                "--state-dir=" + folder.resolve("state"),
                "--control=" + folder.resolve("iohyp.control"),
                "--insecure");
    }

    private VrioCommand startServer(String name, Path sockets) {
        return VrioCommand.start(
                namespaces.left(),
                "server",
                "--interface=" + Namespaces.INTERFACE,
                "--address=10.77.0.1",
                "--peer=10.77.0.2",
                "--name=" + name,
                "--socket-dir=" + sockets,
                "--control=" + sockets.resolve("server.control"),
                "--insecure");
    }

    private String atIohyp(String... words) {
        return VrioCommand.output(namespaces.right(), with(words, "iohyp.control"));
    }

    private String atServer(String... words) {
        return VrioCommand.output(namespaces.left(), with(words, "server.control"));
    }

    private String[] with(String[] words, String control) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--control", folder.resolve(control).toString()));
        return all.toArray(String[]::new);
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode shownAtServer(String disk) {
        return json(atServer("disk", "show", disk, "--format", "json"));
    }

    private void createOnBoth(String disk, String backend) {
        atIohyp("disk", "create", disk, backend);
        atServer("disk", "create", disk);
        assertTrue(
                LinkEnd.await(() -> shownAtServer(disk).get("state").asText().equals("attached")));
    }

    @Test
    void shouldServeADiskMadeAtRunTime() {
        createOnBoth("vm1", "ram:1M");

        assertTrue(Files.exists(folder.resolve("vm1.sock")));
        assertEquals(1 << 20, shownAtServer("vm1").get("capacity").asInt());
    }

    @Test
    void shouldTellTheServerOfANewSize() {
        createOnBoth("vm1", "ram:1M");

        atIohyp("disk", "resize", "vm1", "2M");

        assertTrue(LinkEnd.await(() -> shownAtServer("vm1").get("capacity").asInt() == 2 << 20));
    }

    @Test
    void shouldRemoveTheSocketOfADeletedDisk() {
        createOnBoth("vm1", "ram:1M");

        atServer("disk", "delete", "vm1");

        assertFalse(Files.exists(folder.resolve("vm1.sock")));
        assertEquals("[ ]", atServer("disk", "list", "--format", "json"));
    }

    @Test
    void shouldNotDeleteADiskThatAServerHas() {
        createOnBoth("vm1", "ram:1M");

        String line =
                VrioCommand.failure(
                        1,
                        namespaces.right(),
                        with(new String[] {"disk", "delete", "vm1"}, "iohyp.control"));

        assertTrue(
                line.startsWith("vrio disk delete: disk vm1 is in use by server vmhost since "),
                line);
    }

    @Test
    void shouldSayWhoHasTheDiskThatASecondServerWants() throws Exception {
        createOnBoth("vm1", "ram:1M");
        Path elsewhere = Files.createDirectory(folder.resolve("second"));
        second = startServer("intruder", elsewhere);
        String control = "second/server.control";
        VrioCommand.output(
                namespaces.left(), with(new String[] {"disk", "create", "vm1"}, control));
        String[] show = with(new String[] {"disk", "show", "vm1"}, control);

        assertTrue(
                LinkEnd.await(
                        () ->
                                VrioCommand.output(namespaces.left(), show)
                                        .contains("in use by server vmhost since ")));
        assertEquals("attached", shownAtServer("vm1").get("state").asText());
    }

    @Test
    void shouldKeepDisksOverARestart() {
        createOnBoth("vm1", "file:" + folder.resolve("vm1.img") + ",size=1M");

        iohyp.stop();
        iohyp = startIohyp();

        assertTrue(
                LinkEnd.await(() -> shownAtServer("vm1").get("state").asText().equals("attached")));
    }

    @Test
    void shouldSeeEachOtherAsPeers() {
        String server = "[ {\n  \"peer\" : \"vmhost\"";

        assertTrue(
                LinkEnd.await(
                        () -> atIohyp("peer", "list", "--format", "json").startsWith(server)));
        assertEquals(
                "10.77.0.2:8746", json(atServer("status", "--format=json")).at("/peer").asText());
    }

    @Test
    void shouldEndInGoodOrder() {
        createOnBoth("vm1", "ram:1M");

        server.stop();
        iohyp.stop();

        assertEquals(List.of(0, 0), List.of(server.status(), iohyp.status()));
        assertFalse(Files.exists(folder.resolve("vm1.sock")));
        assertFalse(Files.exists(folder.resolve("server.control")));
        assertFalse(Files.exists(folder.resolve("iohyp.control")));
    }
}
