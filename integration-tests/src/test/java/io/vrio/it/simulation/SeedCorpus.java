// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The seeds that have failed once: a line each, the number first and then the symptom. */
final class SeedCorpus {
    static final String NAME = "simulation-seeds.txt";

    private SeedCorpus() {}

    static List<Long> seeds() {
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(
                                SeedCorpus.class.getResourceAsStream("/corpus/" + NAME),
                                StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> Long.parseLong(line.split(" ")[0]))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
