// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The project's own files, for tests that judge the source tree itself. */
public final class SourceTree {
    private SourceTree() {}

    /** Returns the project's root: the nearest folder upwards that holds the launcher. */
    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("bin/vrio"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("no bin/vrio in any folder above the working one");
        }
        return folder;
    }

    /** Returns every file that is, or would be, in a commit; relative to the root. */
    public static List<Path> files() throws IOException, InterruptedException {
        String names = git("ls-files", "--cached", "--others", "--exclude-standard", "-z");
        return names.lines()
                .flatMap(all -> List.of(all.split("\0")).stream())
                .map(Path::of)
                // A deleted file is listed until the deletion is committed.
                .filter(file -> Files.isRegularFile(root().resolve(file)))
                .toList();
    }

    /** Returns what git says in the root. */
    static String git(String... arguments) throws IOException, InterruptedException {
        // The owner of a checkout in a container often is another user: git refuses it otherwise.
        List<String> command = new ArrayList<>(List.of("git", "-c", "safe.directory=*"));
        command.addAll(List.of(arguments));
        Process git =
                new ProcessBuilder(command)
                        .directory(root().toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String answer = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (git.waitFor() != 0) {
            throw new IllegalStateException(
                    "git " + arguments[0] + " failed: these tests need a git checkout");
        }
        return answer;
    }

    /** Returns the lines of a file, or none when it is not text. */
    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(root().resolve(file));
        } catch (MalformedInputException binary) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
