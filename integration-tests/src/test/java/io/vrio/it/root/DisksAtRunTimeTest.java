// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.it.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators do with disks while an IOhyp and a server run, on two machines. */
@Tag("root")
class DisksAtRunTimeTest {
    @TempDir private Path folder;
    private DaemonPair daemons;

    @BeforeEach
    void start() {
        Requires.root();
        Requires.program("ip");
        daemons = new DaemonPair(folder);
        daemons.startIohyp().startServer();
    }

    @AfterEach
    void stop() {
        if (daemons != null) {
            daemons.close();
        }
    }

    private JsonNode shownAtServer(String disk) {
        return daemons.shownAtServer("disk", disk);
    }

    private void createOnBoth(String disk, String backend) {
        daemons.atIohyp("disk", "create", disk, backend);
        daemons.atServer("disk", "create", disk);
        assertTrue(daemons.awaitAtServer("disk", disk, "state", "attached"));
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

        daemons.atIohyp("disk", "resize", "vm1", "2M");

        assertTrue(LinkEnd.await(() -> shownAtServer("vm1").get("capacity").asInt() == 2 << 20));
    }

    @Test
    void shouldRemoveTheSocketOfADeletedDisk() {
        createOnBoth("vm1", "ram:1M");

        daemons.atServer("disk", "delete", "vm1");

        assertFalse(Files.exists(folder.resolve("vm1.sock")));
        assertEquals("[ ]", daemons.atServer("disk", "list", "--format", "json"));
    }

    @Test
    void shouldNotDeleteADiskThatAServerHas() {
        createOnBoth("vm1", "ram:1M");

        String line = daemons.refusalAtIohyp("disk", "delete", "vm1");

        assertTrue(
                line.startsWith("vrio disk delete: disk vm1 is in use by server vmhost since "),
                line);
    }

    @Test
    void shouldSayWhoHasTheDiskThatASecondServerWants() throws Exception {
        createOnBoth("vm1", "ram:1M");
        Path elsewhere = Files.createDirectory(folder.resolve("second"));
        daemons.startFurtherServer("intruder", elsewhere);
        daemons.atServerOf(elsewhere, "disk", "create", "vm1");

        assertTrue(
                LinkEnd.await(
                        () ->
                                daemons.atServerOf(elsewhere, "disk", "show", "vm1")
                                        .contains("in use by server vmhost since ")));
        assertEquals("attached", shownAtServer("vm1").get("state").asText());
    }

    @Test
    void shouldKeepDisksOverARestart() {
        createOnBoth("vm1", "file:" + folder.resolve("vm1.img") + ",size=1M");

        daemons.iohyp().stop();
        daemons.startIohyp();

        assertTrue(daemons.awaitAtServer("disk", "vm1", "state", "attached"));
    }

    @Test
    void shouldSeeEachOtherAsPeers() {
        String server = "[ {\n  \"peer\" : \"vmhost\"";

        assertTrue(
                LinkEnd.await(
                        () ->
                                daemons.atIohyp("peer", "list", "--format", "json")
                                        .startsWith(server)));
        assertEquals(
                "10.77.0.2:8746",
                DaemonPair.json(daemons.atServer("status", "--format=json")).at("/peer").asText());
    }

    @Test
    void shouldEndInGoodOrder() {
        createOnBoth("vm1", "ram:1M");

        daemons.server().stop();
        daemons.iohyp().stop();

        assertEquals(List.of(0, 0), List.of(daemons.server().status(), daemons.iohyp().status()));
        assertFalse(Files.exists(folder.resolve("vm1.sock")));
        assertFalse(Files.exists(folder.resolve("server.control")));
        assertFalse(Files.exists(folder.resolve("iohyp.control")));
    }
}
