// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Daemons that cannot be started: one line that says what to do, and nothing left behind. */
@Tag("root")
class DaemonStartTest {
    @TempDir private Path folder;
    private Namespaces namespaces;
    private VrioCommand running;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        namespaces = new Namespaces(1500);
    }

    @AfterEach
    void close() {
        if (running != null) {
            running.stop();
        }
        if (namespaces != null) {
            namespaces.close();
        }
    }

    private String[] iohyp(String... options) {
        List<String> all = new ArrayList<>(List.of("iohyp", "--insecure"));
        all.addAll(List.of(options));
        addDefault(all, "--interface", Namespaces.INTERFACE);
        addDefault(all, "--address", "10.77.0.2");
        addDefault(all, "--state-dir", folder.resolve("state").toString());
        addDefault(all, "--control", folder.resolve("iohyp.control").toString());
        return all.toArray(String[]::new);
    }

    private static void addDefault(List<String> options, String name, String value) {
        if (options.stream().noneMatch(option -> option.startsWith(name + "="))) {
            options.add(name + "=" + value);
        }
    }

    /** The last line: what the parts have logged before is not the answer. */
    private String failure(String... command) {
        String said = VrioCommand.failure(1, namespaces.right(), command);
        return said.substring(said.lastIndexOf('\n') + 1);
    }

    @Test
    void shouldNameAnInterfaceThatIsNotThere() {
        assertEquals(
                "vrio iohyp: there is no network interface 'eth77': `ip link` lists those there are",
                failure(iohyp("--interface=eth77")));
    }

    @Test
    void shouldNameAnAddressThatIsElsewhere() {
        assertEquals(
                "vrio iohyp: address 10.77.0.9 is not on interface wire0, which has 10.77.0.2",
                failure(iohyp("--address=10.77.0.9")));
    }

    @Test
    void shouldNameAnInterfaceThatIsDown() {
        namespaces.right().run("ip", "link", "set", Namespaces.INTERFACE, "down");

        assertEquals(
                "vrio iohyp: interface wire0 is down: run `ip link set wire0 up`",
                failure(iohyp()));
    }

    @Test
    void shouldNameAMissingFolder() {
        assertTrue(
                failure(iohyp("--disk=a=file:/nowhere/a.img,size=1M"))
                        .startsWith("vrio iohyp: disk a: "));
    }

    @Test
    void shouldLeaveNothingBehind() {
        failure(iohyp("--control=" + folder.resolve("missing/iohyp.control")));

        // What was open before the last step failed can be opened again at once.
        running = VrioCommand.start(namespaces.right(), iohyp());
        assertTrue(Files.exists(folder.resolve("iohyp.control")));
    }

    @Test
    void shouldNotDisturbAnIohypOnTheSamePort() {
        running = VrioCommand.start(namespaces.right(), iohyp());
        String line =
                failure(
                        iohyp(
                                "--state-dir=" + folder.resolve("state2"),
                                "--control=" + folder.resolve("second.control")));

        assertTrue(line.startsWith("vrio iohyp: TCP port 10.77.0.2:8746 is used by"), line);
        assertFalse(Files.exists(folder.resolve("second.control")));
        assertTrue(Files.exists(folder.resolve("iohyp.control")));
    }

    @Test
    void shouldNotShareAStateFolder() {
        running = VrioCommand.start(namespaces.right(), iohyp());
        String line =
                failure(iohyp("--port=8747", "--control=" + folder.resolve("second.control")));

        assertTrue(
                line.startsWith(
                        "vrio iohyp: state directory "
                                + folder.resolve("state")
                                + " is in use by another daemon"),
                line);
    }

    @Test
    void shouldNotTakeOverAControlSocket() {
        running = VrioCommand.start(namespaces.right(), iohyp());
        String line = failure(iohyp("--port=8747", "--state-dir=" + folder.resolve("state2")));

        assertEquals(
                "vrio iohyp: control socket "
                        + folder.resolve("iohyp.control")
                        + ": in use by a running daemon; stop it or choose another path",
                line);
    }

    @Test
    void shouldNameTheFileInThePlaceOfASocket() throws Exception {
        Path precious = Files.writeString(folder.resolve("a.sock"), "data");

        String line =
                failure(
                        "server",
                        "--interface=" + Namespaces.INTERFACE,
                        "--address=10.77.0.2",
                        "--peer=10.77.0.1",
                        "--insecure",
                        "--disk=a",
                        "--socket-dir=" + folder,
                        "--control=" + folder.resolve("server.control"));

        assertTrue(line.contains(precious + ": exists and is not a socket"), line);
        assertEquals("data", Files.readString(precious));
        assertFalse(Files.exists(folder.resolve("server.control")));
    }
}
