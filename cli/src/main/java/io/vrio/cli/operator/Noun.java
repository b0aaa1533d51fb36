// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import java.util.Comparator;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A noun: nothing but the command that its verbs are subcommands of. */
@Command(mixinStandardHelpOptions = true)
final class Noun implements Runnable {
    @Spec private CommandSpec spec;

    private Noun() {}

    /**
     * The noun with its verbs, by their names.
     *
     * @param verbs an object each, annotated as a command
     */
    static CommandLine tree(String name, String description, List<?> verbs) {
        CommandLine noun = new CommandLine(new Noun()).setCommandName(name);
        noun.getCommandSpec().usageMessage().description(description);
        verbs.stream()
                .map(CommandLine::new)
                .sorted(Comparator.comparing(CommandLine::getCommandName))
                .forEach(noun::addSubcommand);
        return noun;
    }

    @Override
    public void run() {
        CommandLine noun = spec.commandLine();
        String verbs = String.join(", ", noun.getSubcommands().keySet());
        throw new ParameterException(noun, "Missing verb: one of " + verbs);
    }
}
