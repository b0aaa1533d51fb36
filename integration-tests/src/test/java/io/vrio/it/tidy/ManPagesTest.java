// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.cli.Surroundings;
import io.vrio.cli.Vrio;
import io.vrio.it.NeverStops;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Each command has a manual page, and each page tells of all its verbs and options. */
class ManPagesTest {
    private static final List<String> SECTIONS =
            List.of("Name", "Synopsis", "Description", "Options", "Errors", "Example", "See also");

    @Test
    void shouldHaveAPageForEachCommand() {
        assertEquals(
                List.of(),
                commands().keySet().stream().filter(name -> page(name).isEmpty()).toList());
    }

    @Test
    void shouldHaveAllSectionsInTheirOrder() {
        Map<String, List<String>> wrong = new TreeMap<>();
        commands().keySet().forEach(name -> wrong.put(name, sections(name)));
        wrong.values().removeIf(SECTIONS::equals);

        assertEquals(Map.of(), wrong);
    }

    @Test
    void shouldTellOfEachVerb() {
        List<String> missing = new ArrayList<>();
        commands()
                .forEach(
                        (name, command) ->
                                command.getSubcommands().keySet().stream()
                                        .filter(verb -> !text(name).contains(verb))
                                        .forEach(verb -> missing.add(name + " " + verb)));

        assertEquals(List.of(), missing);
    }

    @Test
    void shouldTellOfEachOption() {
        List<String> missing = new ArrayList<>();
        commands()
                .forEach(
                        (name, command) ->
                                options(command).stream()
                                        .filter(option -> !tellsOf(name, option))
                                        .forEach(option -> missing.add(name + " " + option)));

        assertEquals(List.of(), missing);
    }

    /** The commands by the names of their pages. */
    private static Map<String, CommandLine> commands() {
        CommandLine root =
                Vrio.commandLine(
                        new Surroundings(System.out, System.err, Map.of(), new NeverStops()));
        Map<String, CommandLine> commands = new TreeMap<>();
        root.getSubcommands().forEach((name, command) -> commands.put("vrio-" + name, command));
        return commands;
    }

    /** The options of a command and of its verbs, but for those that every command has. */
    private static List<String> options(CommandLine command) {
        List<String> names = new ArrayList<>();
        for (OptionSpec option : command.getCommandSpec().options()) {
            names.add(option.longestName());
        }
        command.getSubcommands().values().forEach(verb -> names.addAll(options(verb)));
        names.removeAll(List.of("--help", "--version"));
        return names;
    }

    private static boolean tellsOf(String name, String option) {
        return text(name).contains("* `" + option + "`")
                || text(name).contains("* `" + option + " ");
    }

    private static List<String> sections(String name) {
        return page(name).stream()
                .filter(line -> line.startsWith("## "))
                .map(line -> line.substring(3))
                .toList();
    }

    private static String text(String name) {
        return page(name).stream().collect(Collectors.joining("\n"));
    }

    /** The lines of a page; none when there is no such page. */
    private static List<String> page(String name) {
        Path file = Path.of("docs/man", name + ".1.md");
        return SourceTree.root().resolve(file).toFile().exists()
                ? SourceTree.lines(file)
                : List.of();
    }
}
