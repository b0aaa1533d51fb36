// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How a command ended, and what it printed. */
public record CommandOutcome(int exitStatus, String out, String err) {
    /** Limit: a command that takes longer is killed, and its test fails. */
    private static final long SECONDS_MAX = 30;

    /** Runs a command to its end. */
    public static CommandOutcome of(List<String> command) throws IOException, InterruptedException {
        // Files, not pipes: a daemon that inherits them would keep a pipe open.
        Path out = Files.createTempFile("vrio-command", ".out");
        Path err = Files.createTempFile("vrio-command", ".err");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        try {
            boolean hasEnded = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
            String said = Files.readString(err);
            assertTrue(hasEnded, () -> String.join(" ", command) + " does not end: " + said);
            return new CommandOutcome(process.exitValue(), Files.readString(out), said);
        } finally {
            process.destroyForcibly();
            Files.delete(out);
            Files.delete(err);
        }
    }

    public CommandOutcome assertOk() {
        assertEquals(0, exitStatus, err);
        return this;
    }

    /** It failed with this status, and said nothing but this line. */
    public void assertRefused(int status, String line) {
        assertEquals(status + " " + line, exitStatus + " " + err.strip());
    }
}
