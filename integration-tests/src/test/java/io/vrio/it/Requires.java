// SPDX-License-Identifier: Apache-2.0
package io.vrio.it;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.testcontainers.DockerClientFactory;

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

    /**
     * A Docker daemon of this machine. Whoever sets VRIO_REQUIRE_DOCKER=1 wants the test to fail
     * rather than to be skipped. {@code tools/with-docker} says why it found and started none.
     */
    public static void docker() {
        boolean isThere = DockerClientFactory.instance().isDockerAvailable();
        String reason = System.getenv().getOrDefault("VRIO_NO_DOCKER", "no daemon answers");
        String why = "needs Docker: " + reason;
        boolean mayBeMissing = !"1".equals(System.getenv("VRIO_REQUIRE_DOCKER"));
        assertTrue(isThere || mayBeMissing, why);
        assumeTrue(isThere, why);
    }
}
