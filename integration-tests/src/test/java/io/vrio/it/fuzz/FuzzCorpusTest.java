// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.common.fuzz.FuzzTargets;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each target takes its seeds, what was found once, and inputs that together reach what millions
 * have reached: see docs/testing.md.
 */
final class FuzzCorpusTest {
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
            List<byte[]> corpus = FuzzCorpus.of(name);
            for (int i = 0; i < corpus.size(); i++) {
                run(target, corpus.get(i), name + ".hex, input " + i);
            }
        }
    }

    private static void run(FuzzTarget target, byte[] input, String where) {
        try {
            target.run(input);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(where, e);
        }
    }
}
