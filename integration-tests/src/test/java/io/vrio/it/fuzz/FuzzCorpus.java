// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Inputs that are kept: what was found once, and few that together reach what millions have
 * reached. A file for each target, a line of hexadecimal digits for each input; tools/fuzz --keep
 * writes it.
 */
final class FuzzCorpus {
    private static final Path FOLDER = Path.of("src/test/resources/corpus/fuzz");

    private FuzzCorpus() {}

    /** The inputs of a target; none when it has no file. */
    static List<byte[]> of(String target) throws IOException {
        Path file = module().resolve(FOLDER).resolve(target + ".hex");
        List<byte[]> inputs = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                if (!line.startsWith("#")) {
                    inputs.add(HexFormat.of().parseHex(line));
                }
            }
        }
        return inputs;
    }

    /** Tests run in the module, the fuzzer above it. */
    private static Path module() {
        return Files.isDirectory(FOLDER.getName(0)) ? Path.of("") : Path.of("integration-tests");
    }
}
