// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Programs;
import io.vrio.it.Requires;
import io.vrio.it.tidy.SourceTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The systemd units of docs/examples, judged by systemd's own tools; systemd need not run. */
@Tag("linux")
final class SystemdUnitsTest {
    private static final Path EXAMPLES = SourceTree.root().resolve("docs/examples");
    private static final String PROGRAM = "/usr/bin/vrio";

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"vrio-iohyp", "vrio-server", "vrio-domain-watch"})
    void shouldBeUnitsThatSystemdTakes(String unit) throws IOException {
        Requires.program("systemd-analyze");
        Path copy = folder.resolve(unit + ".service");
        String installed = SourceTree.root().resolve("bin/vrio").toString();
        Files.writeString(copy, text(unit).replace(PROGRAM, installed));

        // It says what is unknown or wrong, and fails for a part of that alone.
        assertEquals("", Programs.run("systemd-analyze", "verify", "--man=no", "" + copy));
    }

    @Test
    void shouldStopTheServerAfterTheLastGuest() throws IOException {
        List<String> before = words("vrio-server", "Before=");

        assertTrue(
                before.containsAll(
                        List.of("libvirtd.service", "virtqemud.service", "libvirt-guests.service")),
                before.toString());
    }

    private static List<String> words(String unit, String key) throws IOException {
        List<String> words = new ArrayList<>();
        text(unit)
                .lines()
                .filter(line -> line.startsWith(key))
                .map(line -> Arrays.asList(line.substring(key.length()).split(" ")))
                .forEach(words::addAll);
        return words;
    }

    private static String text(String unit) throws IOException {
        return Files.readString(EXAMPLES.resolve(unit + ".service"));
    }

    @Test
    void shouldLetNobodyButRootAndQemuReachTheSockets() throws IOException {
        Requires.root();
        Requires.program("systemd-tmpfiles");
        Path etc = Files.createDirectories(folder.resolve("etc"));
        Files.writeString(etc.resolve("passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        Files.writeString(etc.resolve("group"), "root:x:0:\nkvm:x:105:\n");

        Programs.run(
                "systemd-tmpfiles",
                "--create",
                "--root=" + folder,
                EXAMPLES.resolve("vrio.tmpfiles.conf").toString());

        String made = folder.resolve("run/vrio").toString();
        assertEquals("750 0 105\n", Programs.run("stat", "--format=%a %u %g", made));
    }
}
