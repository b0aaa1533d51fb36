// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a QEMU for its version. */
final class QemuProgram {
    private static final Pattern VERSION = Pattern.compile("version ([0-9]{1,4})\\.");

    private static final Pattern NAME = Pattern.compile("qemu-system-[a-z0-9_]+|qemu-kvm|kvm");

    private static final int OTHERS_MAY_WRITE = 022;

    /** Limit: a program that takes longer is killed, its version stays unknown. */
    private static final int SECONDS_MAX = 5;

    /** Limit: bytes of its answer that are read. */
    private static final int ANSWER_MAX = 4096;

    private QemuProgram() {}

    static Optional<Integer> version(Path program) {
        if (!isTrusted(program)) {
            return Optional.empty();
        }
        try {
            Process process =
                    new ProcessBuilder(List.of(program.toString(), "--version"))
                            .redirectErrorStream(true)
                            .start();
            try {
                return process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)
                        ? version(text(process))
                        : Optional.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException notRunnable) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /**
     * The XML comes from anybody, and may name any program: it must be called as QEMU is, and be in
     * the hands of root alone.
     */
    static boolean isTrusted(Path program) {
        return program.isAbsolute()
                && NAME.matcher(program.getFileName().toString()).matches()
                && Files.isExecutable(program)
                && isOfRoot(program)
                && isOfRoot(program.getParent());
    }

    private static boolean isOfRoot(Path path) {
        try {
            Map<String, Object> status = Files.readAttributes(path, "unix:mode,uid");
            int mode = (Integer) status.get("mode");
            return status.get("uid").equals(0) && (mode & OTHERS_MAY_WRITE) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String text(Process process) throws IOException {
        byte[] answer = process.getInputStream().readNBytes(ANSWER_MAX);
        return new String(answer, StandardCharsets.UTF_8);
    }

    static Optional<Integer> version(String answer) {
        Matcher version = VERSION.matcher(answer);
        return version.find() ? Optional.of(Integer.valueOf(version.group(1))) : Optional.empty();
    }
}
