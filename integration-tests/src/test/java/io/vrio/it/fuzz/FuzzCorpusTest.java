// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.common.fuzz.FuzzTargets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each target takes its seeds, what was found once, and inputs that together reach what millions
 * have reached: see docs/testing.md.
 */
final class FuzzCorpusTest {
    private static final Path CORPUS = Path.of("src/test/resources/corpus/fuzz");

    static List<String> names() {
        return FuzzTargets.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldTakeWhatHasBeenInterestingOnce(String name) throws IOException {
        try (FuzzTarget target = FuzzTargets.open(name)) {
            assertFalse(target.seeds().isEmpty(), "no seeds");
            for (byte[] seed : target.seeds()) {
                target.run(seed);
            }
            for (Path file : corpus(name)) {
                runFile(target, file);
            }
        }
    }

    private static List<Path> corpus(String name) throws IOException {
        Path folder = CORPUS.resolve(name);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static void runFile(FuzzTarget target, Path file) throws IOException {
        byte[] input = Files.readAllBytes(file);
        try {
            target.run(input);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(file.toString(), e);
        }
    }
}
