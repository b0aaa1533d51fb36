// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Requires;
import io.vrio.it.tidy.SourceTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine on which libvirt's library is not installed, and one on which no libvirtd runs. */
@Tag("linux")
class WithoutLibvirtTest {
    /** Where JNA looks for libraries; without it, wherever the system has them. */
    private static final String NOWHERE = "-Djna.platform.library.path=/none";

    private static final String MISSING =
            "libvirt's library libvirt.so.0 is not installed, and this command needs it: install it"
                    + " (Debian: libvirt0, Fedora: libvirt-libs)";

    @TempDir private Path folder;

    private Process start(String javaOptions, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(SourceTree.root().resolve("bin/vrio").toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("VRIO_JAVA_OPTS", javaOptions);
        return builder.redirectError(folder.resolve("err").toFile()).start();
    }

    /** What a command says that fails: nothing but this, on standard error. */
    private String refusal(String javaOptions, String... arguments) throws Exception {
        Process process = start(javaOptions, arguments);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, process.waitFor());
        assertEquals("", out);
        return Files.readString(folder.resolve("err"));
    }

    @Test
    void shouldSayInOneLineThatAttachNeedsIt() throws Exception {
        assertEquals(
                "vrio disk attach: " + MISSING + "\n",
                refusal(NOWHERE, "disk", "attach", "data", "--domain", "vm1"));
        assertEquals(
                "vrio nic detach: " + MISSING + "\n",
                refusal(NOWHERE, "nic", "detach", "net", "--domain", "vm1"));
    }

    @Test
    void shouldNotWaitForWhatCannotCome() throws Exception {
        assertEquals("vrio domain watch: " + MISSING + "\n", refusal(NOWHERE, "domain", "watch"));
    }

    @Test
    void shouldServeAllTheSame() throws Exception {
        Process daemon = start(NOWHERE, "local", "--socket-path=s", "--backend=ram:1M");
        try (BufferedReader output = daemon.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("ready", output.readLine());
        } finally {
            daemon.destroy();
            daemon.waitFor();
        }
    }

    @Test
    void shouldSayInOneLineThatNoLibvirtdRuns() throws Exception {
        // As it needs the same library.
        Requires.program("virsh");
        String uri = "qemu+unix:///system?socket=/none";

        String said = refusal("", "disk", "attach", "data", "--domain", "vm1", "--connect", uri);

        assertTrue(
                said.startsWith(
                        "vrio disk attach: cannot connect to "
                                + uri
                                + ": libvirtd (or virtqemud) is not running; start it ("),
                said);
        assertEquals(1, said.lines().count(), said);
    }

    @Test
    void shouldWaitForALibvirtdThatIsAway() throws Exception {
        // As it needs the same library.
        Requires.program("virsh");
        Process watch =
                start("", "domain", "watch", "--connect", "qemu+unix:///system?socket=/none");
        try (BufferedReader output = watch.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("ready", output.readLine());
        } finally {
            watch.destroy();
        }
        assertEquals(0, watch.waitFor());
        List<String> log = Files.readAllLines(folder.resolve("err"));
        assertEquals(1, log.size(), log::toString);
        assertTrue(
                log.get(0).contains("libvirt is away, trying again: cannot connect"), log.get(0));
    }
}
