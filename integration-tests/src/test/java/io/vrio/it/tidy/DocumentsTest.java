// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents can be found, lead to files that exist, and name commands that exist. */
class DocumentsTest {
    private static final Path INDEX = Path.of("docs/README.md");

    /** The target of a link inside the tree, without its anchor. */
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)(?:#[^)]*)?\\)");

    /** In code only: "make sure" is no command. */
    private static final Pattern MAKE =
            Pattern.compile("(?m)(?:`|^ {4}(?:sudo )?|^# )make ([a-z]+(?:-[a-z]+)*)\\b");

    private static final Pattern TARGET = Pattern.compile("(?m)^([a-z]+(?:-[a-z]+)*(?:-%)?):");

    /** As git shortens it: seven hexadecimal digits; without a letter it may be any number. */
    private static final Pattern COMMIT =
            Pattern.compile("(?<![\\w/.-])((?=\\d*[a-f])(?=[a-f]*\\d)[0-9a-f]{7})(?!\\w)");

    @Test
    void shouldLinkToFilesThatExist() throws Exception {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            for (Path target : links(document)) {
                if (!Files.exists(SourceTree.root().resolve(target))) {
                    broken.add(document + ": " + target);
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    @Test
    void shouldListEachDocumentInTheIndex() throws Exception {
        List<Path> listed = links(INDEX);

        assertEquals(
                List.of(),
                documents().stream()
                        .filter(document -> document.startsWith("docs"))
                        .filter(document -> !document.equals(INDEX) && !listed.contains(document))
                        .toList());
    }

    @Test
    void shouldNameTargetsOfMakeThatExist() throws Exception {
        List<String> targets = groups(TARGET, Path.of("Makefile")).toList();
        TreeSet<String> named = new TreeSet<>(groups(MAKE, Path.of("Makefile")).toList());
        for (Path document : documents()) {
            named.addAll(groups(MAKE, document).toList());
        }

        named.removeIf(
                name ->
                        targets.contains(name)
                                || targets.contains(name.replaceFirst("-[a-z-]+$", "-%")));
        assertEquals(new TreeSet<>(), named);
    }

    /** One that was rebased away tells nobody what was measured. */
    @Test
    void shouldNameCommitsThatAreInTheHistory() throws Exception {
        boolean isShallow = SourceTree.git("rev-parse", "--is-shallow-repository").contains("true");
        assumeFalse(isShallow, "a shallow clone has no history; git fetch --unshallow");
        List<String> history = SourceTree.git("rev-list", "HEAD").lines().toList();
        TreeSet<String> named = new TreeSet<>();
        for (Path document : documents()) {
            named.addAll(groups(COMMIT, document).toList());
        }

        named.removeIf(name -> history.stream().anyMatch(commit -> commit.startsWith(name)));
        assertEquals(new TreeSet<>(), named);
    }

    private static List<Path> documents() throws Exception {
        return SourceTree.files().stream().filter(file -> file.toString().endsWith(".md")).toList();
    }

    /** The files that a document links to, relative to the root. */
    private static List<Path> links(Path document) {
        Path folder = document.resolveSibling("");
        return groups(LINK, document).map(link -> folder.resolve(link).normalize()).toList();
    }

    private static Stream<String> groups(Pattern pattern, Path file) {
        return pattern.matcher(String.join("\n", SourceTree.lines(file)))
                .results()
                .map(match -> match.group(1));
    }
}
