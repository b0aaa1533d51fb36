// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.it.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators do with NICs while an IOhyp and a server run, on two machines. */
@Tag("root")
@Timeout(60)
final class NicsAtRunTimeTest {
    private static final String MAC = "52:54:00:00:00:0a";

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

    private void createOnBoth(String nic, String backend) {
        daemons.atIohyp("nic", "create", nic, backend);
        daemons.atServer("nic", "create", nic);
        assertTrue(daemons.awaitAtServer("nic", nic, "state", "attached"));
    }

    @Test
    void shouldServeANicMadeAtRunTime() {
        createOnBoth("vm1", "switch:lan,mac=" + MAC + ",mtu=9000");

        JsonNode nic = daemons.shownAtServer("nic", "vm1");
        assertTrue(Files.exists(folder.resolve("vm1.sock")));
        assertEquals(MAC, nic.get("mac").asText());
        assertEquals(9000, nic.get("mtu").asInt());
        assertEquals("up", nic.get("link").asText());
    }

    @Test
    void shouldMakeTheTapAPortOfItsBridge() {
        daemons.ioHost().run("ip", "link", "add", "br0", "type", "bridge");

        createOnBoth("vm1", "tap:tap0,bridge=br0");

        String port = daemons.ioHost().run("ip", "link", "show", "tap0");
        assertTrue(port.contains(" master br0 "), port);
    }

    @Test
    void shouldTakeTheLinkDownAndUp() {
        createOnBoth("vm1", "switch:lan");

        daemons.atIohyp("nic", "set-link", "vm1", "down");
        assertTrue(daemons.awaitAtServer("nic", "vm1", "link", "down"));
        daemons.atIohyp("nic", "set-link", "vm1", "up");
        assertTrue(daemons.awaitAtServer("nic", "vm1", "link", "up"));
    }

    @Test
    void shouldKeepNicsAndTheirLinksOverARestart() {
        createOnBoth("vm1", "switch:lan");
        daemons.atIohyp("nic", "set-link", "vm1", "down");

        daemons.iohyp().stop();
        assertTrue(daemons.awaitAtServer("nic", "vm1", "state", "waiting"));
        daemons.startIohyp();

        assertTrue(daemons.awaitAtServer("nic", "vm1", "state", "attached"));
        assertEquals("down", daemons.shownAtServer("nic", "vm1").get("link").asText());
        assertEquals("down", daemons.shownAtIohyp("nic", "vm1").get("linkWanted").asText());
    }

    @Test
    void shouldGiveANicBackWhenItIsDeleted() {
        createOnBoth("vm1", "switch:lan");

        daemons.atServer("nic", "delete", "vm1");
        daemons.atIohyp("nic", "delete", "vm1");

        assertFalse(Files.exists(folder.resolve("vm1.sock")));
        assertEquals("[ ]", daemons.atServer("nic", "list", "--format", "json"));
        assertEquals("[ ]", daemons.atIohyp("nic", "list", "--format", "json"));
    }

    @Test
    void shouldTellOfNicsApartFromDisks() {
        daemons.atIohyp("disk", "create", "vm1", "ram:1M");
        daemons.atIohyp("nic", "create", "vm1", "switch:lan");
        daemons.atServer("nic", "create", "vm1", folder.resolve("vm1-net.sock").toString());

        JsonNode status = DaemonPair.json(daemons.atServer("status", "--format=json"));
        assertEquals(0, status.get("disks").asInt());
        assertEquals(1, status.get("nics").asInt());
        assertTrue(daemons.atServer("nic", "stats", "vm1").startsWith("tx_frames "));
        assertTrue(daemons.atIohyp("nic", "stats", "vm1").contains("\nframes_from_guest "));
    }
}
