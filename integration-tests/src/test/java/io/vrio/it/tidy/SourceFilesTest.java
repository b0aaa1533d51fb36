// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What holds for every file of the source tree. */
class SourceFilesTest {
    private static final String LICENSE_LINE = "SPDX-License-Identifier: Apache-2.0";

    /** A script's first line names its interpreter, an XML file's its encoding. */
    private static final int LICENSE_LINE_MAX = 2;

    private static final Pattern SOURCE =
            Pattern.compile("(.*/)?(Makefile|[^/]+\\.(java|xml|sh|py|c|h|awk))");

    /** Folders that exist on one developer's machine only. */
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w.${}-])/(work|home/\\w+|Users/\\w+|root|tmp/vrio)/");

    /** A package registry is the machine's configuration; the build names none. */
    private static final Pattern REGISTRY =
            Pattern.compile("https?://[^/\\s]*(registry|mirror|artifactory|nexus|proxy)");

    private static final Pattern POM_REGISTRY =
            Pattern.compile("<(repositories|pluginRepositories|distributionManagement)>");

    @Test
    void shouldCarryTheLicenseLine() throws Exception {
        assertEquals(
                List.of(),
                SourceTree.files().stream()
                        .filter(SourceFilesTest::isSource)
                        .filter(Predicate.not(SourceFilesTest::hasLicenseLine))
                        .toList(),
                "files without " + LICENSE_LINE);
    }

    @Test
    void shouldNotNameFoldersOfOneMachine() throws Exception {
        assertEquals(List.of(), linesWith(MACHINE_PATH));
    }

    @Test
    void shouldNotNamePackageRegistries() throws Exception {
        assertEquals(List.of(), linesWith(REGISTRY));
    }

    @Test
    void shouldLeaveTheChoiceOfRegistryToTheMachine() throws Exception {
        assertEquals(List.of(), linesWith(POM_REGISTRY));
    }

    @Test
    void shouldSeeTheWholeTree() throws Exception {
        List<Path> files = SourceTree.files();
        assertTrue(files.contains(Path.of("bin/vrio")), "bin/vrio is not among " + files);
        assertTrue(files.contains(Path.of("pom.xml")), "pom.xml is not among " + files);
    }

    private static boolean isSource(Path file) {
        if (SOURCE.matcher(file.toString()).matches()) {
            return true;
        }
        List<String> lines = SourceTree.lines(file);
        return !lines.isEmpty() && lines.get(0).startsWith("#!");
    }

    private static boolean hasLicenseLine(Path file) {
        return SourceTree.lines(file).stream()
                .limit(LICENSE_LINE_MAX)
                .anyMatch(line -> line.contains(LICENSE_LINE));
    }

    /** Returns what matches, as file:line: text. */
    private static List<String> linesWith(Pattern unwanted) throws Exception {
        List<String> found = new ArrayList<>();
        for (Path file : SourceTree.files()) {
            // This file must spell what it forbids.
            if (file.endsWith("SourceFilesTest.java")) {
                continue;
            }
            List<String> lines = SourceTree.lines(file);
            for (int index = 0; index < lines.size(); index++) {
                if (unwanted.matcher(lines.get(index)).find()) {
                    found.add(file + ":" + (index + 1) + ": " + lines.get(index).strip());
                }
            }
        }
        return found;
    }
}
