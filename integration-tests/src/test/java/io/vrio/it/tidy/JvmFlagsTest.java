// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tests run on the JVM that the product runs on: same flags, but for a larger heap. */
class JvmFlagsTest {
    @Test
    void shouldRunTestsWithTheFlagsOfTheLauncher() {
        List<String> actual = ManagementFactory.getRuntimeMXBean().getInputArguments();

        assertEquals(List.of(), missing(flagsIn("bin/jvm.options"), actual));
    }

    @Test
    void shouldAddTheFlagsOfNewerVersionsWhereTheLauncherDoes() {
        List<String> actual = ManagementFactory.getRuntimeMXBean().getInputArguments();
        List<String> newer = flagsIn("bin/jvm-24.options");
        boolean isNewer = Runtime.version().feature() >= 24;

        assertEquals(isNewer ? List.of() : newer, missing(newer, actual));
    }

    private static List<String> flagsIn(String file) {
        return SourceTree.lines(Path.of(file)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private static List<String> missing(List<String> wanted, List<String> actual) {
        return wanted.stream().filter(flag -> !actual.contains(flag)).toList();
    }
}
