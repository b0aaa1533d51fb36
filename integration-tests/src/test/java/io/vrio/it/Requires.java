// SPDX-License-Identifier: Apache-2.0
package io.vrio.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What a test needs of the machine; where it is missing, the test is skipped with the reason. */
public final class Requires {
    private Requires() {}

    public static void root() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    }

    /** A program that is in the path of the tests. */
    public static void program(String name) {
        boolean isThere =
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
        assumeTrue(isThere, "needs the program " + name + " (tools/install-packages test)");
    }
}
