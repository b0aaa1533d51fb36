// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A booted guest that runs the lines it is sent, in its busybox shell, until it is closed. */
public final class RunningGuest implements AutoCloseable {
    private static final long STOP_SECONDS = 10;

    private final Process process;
    private final BufferedReader console;
    private GuestShell shell;

    RunningGuest(List<String> command, Path socket) throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        console = process.inputReader(StandardCharsets.UTF_8);
        try {
            awaitShell();
            shell = new GuestShell(socket);
        } catch (IOException | RuntimeException | Error e) {
            process.destroy();
            throw e;
        }
    }

    /** The script ends a guest that does not boot, and its output with it. */
    private void awaitShell() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = console.readLine(); line != null; line = console.readLine()) {
            if (line.equals(GuestShell.OPEN)) {
                return;
            }
            lines.add(line);
        }
        throw new AssertionError("the guest does not boot: " + String.join("\n", lines));
    }

    /** Runs a line that must succeed; returns what it printed. */
    public String run(String line) {
        return shell.run(line);
    }

    /** Runs a line to its end, whatever that is. */
    public GuestReport outcome(String line) {
        return shell.outcome(line);
    }

    /** Powers the guest off: it must say that it ended well. */
    public void powerOff() throws IOException, InterruptedException {
        shell.exit();
        console.transferTo(Writer.nullWriter());
        int status = process.waitFor();
        if (status != 0) {
            throw new AssertionError("the guest ended with status " + status);
        }
    }

    /** Pulls the plug, unless it is off. */
    @Override
    public void close() {
        // SIGTERM: the script ends QEMU before itself.
        process.destroy();
        try {
            shell.close();
            process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
