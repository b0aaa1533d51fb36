// SPDX-License-Identifier: Apache-2.0
package io.vrio.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs the programs of the system that a test is made of. */
public final class Programs {
    /** Limit: a program that takes longer is killed and its test fails. */
    private static final int SECONDS_MAX = 30;

    private Programs() {}

    /**
     * Runs a program to its end.
     *
     * @return what it printed, stdout and stderr
     * @throws IllegalStateException with what it printed, when it fails or hangs
     */
    public static String run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try {
                process.getOutputStream().close();
                CompletableFuture.delayedExecutor(SECONDS_MAX, TimeUnit.SECONDS)
                        .execute(process::destroyForcibly);
                String output = text(process);
                if (process.waitFor() != 0) {
                    throw new IllegalStateException(String.join(" ", command) + ": " + output);
                }
                return output;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new IllegalStateException(String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(String.join(" ", command), e);
        }
    }

    private static String text(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    public static String run(String... command) {
        return run(List.of(command));
    }
}
