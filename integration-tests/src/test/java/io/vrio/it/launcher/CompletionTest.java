// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.cli.Surroundings;
import io.vrio.cli.Vrio;
import io.vrio.it.NeverStops;
import io.vrio.it.Programs;
import io.vrio.it.Requires;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What bash offers for the Tab key after {@code source <(vrio completion)}. */
class CompletionTest {
    /** Asks as readline does: each argument is a line, its last word is at the cursor. */
    private static final String ASK =
            """
            source "$1"
            compopt() { :; }
            offer=$(complete -p vrio | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
            shift
            for COMP_LINE; do
                read -ra COMP_WORDS <<<"$COMP_LINE"
                [[ $COMP_LINE == *" " ]] && COMP_WORDS+=("")
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_POINT=${#COMP_LINE} COMPREPLY=()
                "$offer"
                echo "$COMP_LINE:${COMPREPLY[*]}"
            done
            """;

    /** Stands in for daemons and libvirt: what their lists look like. */
    private static final String PROGRAMS =
            """
            vrio() { printf 'NAME SIZE\\n%s-one 1\\n%s-two 2\\n' "$1" "$1"; }
            virsh() { printf 'vm1\\nvm2\\n'; }
            """;

    @TempDir static Path folder;
    private static Path script;

    @BeforeAll
    static void printScript() throws Exception {
        Requires.program("bash");
        script = folder.resolve("completion");
        try (PrintStream out = new PrintStream(script.toFile())) {
            Vrio.run(new String[] {"completion"}, surroundings(out));
        }
        Files.writeString(folder.resolve("ask"), PROGRAMS + ASK);
    }

    private static Surroundings surroundings(PrintStream out) {
        return new Surroundings(out, System.err, Map.of(), new NeverStops());
    }

    /** What is offered, by line. */
    private static Map<String, Set<String>> offers(Iterable<String> lines) {
        List<String> command = new ArrayList<>(List.of("bash", "" + folder.resolve("ask")));
        command.add(script.toString());
        lines.forEach(command::add);
        Map<String, Set<String>> offers = new TreeMap<>();
        for (String answer : Programs.run(command).lines().toList()) {
            String[] parts = answer.split(":", 2);
            assertTrue(parts.length == 2, answer);
            offers.put(parts[0], new TreeSet<>(List.of(parts[1].split(" "))));
        }
        return offers;
    }

    private static Set<String> offers(String line) {
        return offers(List.of(line)).get(line);
    }

    @Test
    void shouldOfferAllCommandsAndVerbs() {
        Map<String, Set<String>> expected = new TreeMap<>();
        addSubcommands("vrio ", Vrio.commandLine(surroundings(System.out)), expected);

        assertEquals(expected, offers(expected.keySet()));
    }

    private static void addSubcommands(
            String line, CommandLine command, Map<String, Set<String>> expected) {
        Map<String, CommandLine> subcommands = command.getSubcommands();
        if (!subcommands.isEmpty()) {
            expected.put(line, new TreeSet<>(subcommands.keySet()));
        }
        subcommands.forEach((name, sub) -> addSubcommands(line + name + " ", sub, expected));
    }

    @Test
    void shouldOfferAllOptionsOfEachCommand() {
        Map<String, Set<String>> expected = new TreeMap<>();
        addOptions("vrio ", Vrio.commandLine(surroundings(System.out)), expected);

        assertEquals(expected, offers(expected.keySet()));
    }

    private static void addOptions(
            String line, CommandLine command, Map<String, Set<String>> expected) {
        Set<String> names = new TreeSet<>();
        for (OptionSpec option : command.getCommandSpec().options()) {
            List.of(option.names()).stream().filter(n -> n.startsWith("--")).forEach(names::add);
        }
        expected.put(line + "--", names);
        command.getSubcommands()
                .forEach((name, sub) -> addOptions(line + name + " ", sub, expected));
    }

    @Test
    void shouldOfferTheValuesThatAnOptionMayHave() {
        assertEquals(Set.of("json", "table"), offers("vrio disk list --format "));
        assertEquals(Set.of("up"), offers("vrio nic set-link n1 u"));
    }

    @Test
    void shouldOfferTheNamesThatADaemonKnows() {
        assertEquals(Set.of("disk-one", "disk-two"), offers("vrio disk show "));
        assertEquals(Set.of("nic-two"), offers("vrio nic delete nic-t"));
        assertEquals(Set.of("peer-one", "peer-two"), offers("vrio peer show "));
    }

    @Test
    void shouldOfferTheDomainsOfLibvirt() {
        assertEquals(Set.of("vm1", "vm2"), offers("vrio disk attach vm1-data --domain "));
    }

    @Test
    void shouldNotOfferTheNamesOfOtherDisksForANewOne() {
        assertEquals(Set.of(""), offers("vrio disk create "));
    }
}
