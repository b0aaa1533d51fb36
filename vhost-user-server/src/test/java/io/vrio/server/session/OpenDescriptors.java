// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A fixture: counts this process's descriptors, so that a test finds those that are left over. */
public final class OpenDescriptors {
    /** What frontends send and sessions have; the JVM opens and closes files as it likes. */
    private static final Pattern KINDS = Pattern.compile("^(socket:|/memfd:|anon_inode:)");

    private OpenDescriptors() {}

    public static long count() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.map(OpenDescriptors::target).filter(KINDS.asPredicate()).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }
}
