// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What a command printed and how it ended, run inside this process. */
public record CommandRun(int status, List<String> out, List<String> err) {
    /** Runs a command to its end. */
    public static CommandRun of(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Surroundings surroundings =
                new Surroundings(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Map.of(),
                        new TestStop());
        int status = Vrio.run(arguments, surroundings);
        return new CommandRun(status, lines(out), lines(err));
    }

    private static List<String> lines(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** The single line on standard error of a command that ended with this status. */
    public String onlyError(int expectedStatus) {
        boolean isAsExpected = status == expectedStatus && err.size() == 1 && out.isEmpty();
        return isAsExpected ? err.get(0) : "not one error line: " + this;
    }
}
