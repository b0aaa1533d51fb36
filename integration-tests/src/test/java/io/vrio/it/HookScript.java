// SPDX-License-Identifier: Apache-2.0
package io.vrio.it;

import io.vrio.it.tidy.SourceTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The hook as libvirt calls it: its arguments, a domain's XML on stdin, hardly an environment. */
public final class HookScript {
    /** Limit: well above what it allows itself; then it is killed and the test fails. */
    private static final int SECONDS_MAX = 20;

    private final Path configuration;

    /**
     * @param folder where its configuration is put
     * @param sockets the folder of each server, where its control socket is as well
     */
    public HookScript(Path folder, Path... sockets) throws IOException {
        StringBuilder lines = new StringBuilder("# for a test\n");
        for (Path server : sockets) {
            lines.append("control=" + server.resolve("server.control") + "\n");
            lines.append("sockets = " + server + "/\n");
        }
        configuration = Files.writeString(folder.resolve("hook.conf"), lines);
    }

    /**
     * How it ended.
     *
     * @param out what libvirt takes for the domain's XML, where it takes any
     * @param err what virsh shows
     */
    public record Outcome(int exitStatus, String out, String err) {}

    public Outcome run(String operation, String domain, String xml) {
        String phase = operation.equals("release") ? "end" : "begin";
        ProcessBuilder builder =
                new ProcessBuilder(
                        SourceTree.root().resolve("libvirt-hooks/50-vrio").toString(),
                        domain,
                        operation,
                        phase,
                        "-");
        builder.environment().clear();
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("VRIO_HOOK_CONF", configuration.toString());
        try {
            return end(builder.start(), xml);
        } catch (IOException e) {
            throw new IllegalStateException("50-vrio", e);
        }
    }

    private static Outcome end(Process process, String xml) throws IOException {
        try {
            CompletableFuture.delayedExecutor(SECONDS_MAX, TimeUnit.SECONDS)
                    .execute(process::destroyForcibly);
            CompletableFuture<Void> given = CompletableFuture.runAsync(() -> give(process, xml));
            CompletableFuture<String> err =
                    CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
            String out = text(process.getInputStream());
            given.join();
            return new Outcome(process.waitFor(), out, err.join());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("50-vrio", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** As libvirt does, it takes no offence when the hook does not want all of it. */
    private static void give(Process process, String xml) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(xml.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("Broken pipe")) {
                throw new IllegalStateException("50-vrio", e);
            }
        }
    }

    private static String text(InputStream stream) {
        try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("50-vrio", e);
        }
    }
}
