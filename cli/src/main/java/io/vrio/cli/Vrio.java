// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli;

import io.vrio.cli.daemon.IohypCommand;
import io.vrio.cli.daemon.LocalCommand;
import io.vrio.cli.daemon.LocalType;
import io.vrio.cli.daemon.ServerCommand;
import io.vrio.cli.operator.CompletionCommand;
import io.vrio.cli.operator.DiskNoun;
import io.vrio.cli.operator.DomainNoun;
import io.vrio.cli.operator.KeyNoun;
import io.vrio.cli.operator.NicNoun;
import io.vrio.cli.operator.PeerNoun;
import io.vrio.cli.operator.StatusCommand;
import io.vrio.cli.option.ConfigFile;
import io.vrio.cli.option.OptionException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The vrio command: the tree of its subcommands, and how all of them report what went wrong. */
@Command(
        name = "vrio",
        mixinStandardHelpOptions = true,
        description = "Disks and NICs of guests, served by another machine.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit status: 0 done, 1 failed, 2 wrong options.",
            "Manual pages: docs/man, one for each command."
        })
public final class Vrio implements Runnable {
    private static final String COMPLETION = "completion";

    /** In the order in which the help shows them. */
    private static final Map<String, Function<Surroundings, Object>> COMMANDS = commands();

    @Spec private CommandSpec spec;

    private Vrio() {}

    private static Map<String, Function<Surroundings, Object>> commands() {
        Map<String, Function<Surroundings, Object>> commands = new LinkedHashMap<>();
        commands.put("iohyp", IohypCommand::new);
        commands.put("server", ServerCommand::new);
        commands.put("local", LocalCommand::new);
        commands.put("disk", DiskNoun::tree);
        commands.put("nic", NicNoun::tree);
        commands.put("domain", DomainNoun::tree);
        commands.put("peer", PeerNoun::tree);
        commands.put("key", surroundings -> KeyNoun.tree());
        commands.put("status", StatusCommand::new);
        commands.put(COMPLETION, CompletionCommand::new);
        return commands;
    }

    public static void main(String[] arguments) {
        ProcessStop stop = new ProcessStop();
        stop.exit(run(arguments, new Surroundings(System.out, System.err, System.getenv(), stop)));
    }

    /** Runs the command in this process and returns its exit status. */
    public static int run(String[] arguments, Surroundings surroundings) {
        if (LocalCommand.isCapabilitiesAsked(arguments)) {
            surroundings.out().println(LocalType.asked(arguments).capabilities());
            return ExitStatus.OK;
        }
        CommandLine commandLine = commandLine(surroundings, asked(arguments));
        try {
            return commandLine.execute(ConfigFile.expand(commandLine, arguments));
        } catch (OptionException e) {
            surroundings.err().println("vrio " + arguments[0] + ": " + e.getMessage());
            return ExitStatus.USAGE;
        }
    }

    /** The tree of all commands; nothing is run yet. */
    public static CommandLine commandLine(Surroundings surroundings) {
        return commandLine(surroundings, COMMANDS.keySet());
    }

    /**
     * Those that the arguments can mean. Picocli reads the annotations of a command when it is put
     * into the tree, and for all of them that takes longer than the rest of a daemon's start.
     */
    private static Set<String> asked(String[] arguments) {
        boolean isOne = arguments.length > 0 && COMMANDS.containsKey(arguments[0]);
        return isOne && !arguments[0].equals(COMPLETION) ? Set.of(arguments[0]) : COMMANDS.keySet();
    }

    private static CommandLine commandLine(Surroundings surroundings, Set<String> names) {
        CommandLine commandLine = new CommandLine(new Vrio());
        COMMANDS.forEach(
                (name, command) -> {
                    if (names.contains(name)) {
                        commandLine.addSubcommand(name, command.apply(surroundings));
                    }
                });
        addVersion(commandLine);
        return commandLine
                .setOut(writer(surroundings.out()))
                .setErr(writer(surroundings.err()))
                .setParameterExceptionHandler(Vrio::onWrongOption)
                .setExecutionExceptionHandler(Vrio::onFailure)
                .setUsageHelpAutoWidth(true);
    }

    private static void addVersion(CommandLine commandLine) {
        commandLine.getCommandSpec().versionProvider(new Version());
        commandLine.getSubcommands().values().forEach(Vrio::addVersion);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    private static int onWrongOption(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String reason =
                e instanceof UnmatchedArgumentException unmatched
                        ? unmatched(unmatched) + " (see " + name + " --help)"
                        : e.getMessage();
        command.getErr().println(name + ": " + oneLine(reason));
        return ExitStatus.USAGE;
    }

    private static String unmatched(UnmatchedArgumentException e) {
        return e.isUnknownOption()
                ? e.getMessage()
                : "There is no '" + String.join(" ", e.getUnmatched()) + "' here";
    }

    private static int onFailure(Exception e, CommandLine command, ParseResult result) {
        String name = command.getCommandSpec().qualifiedName();
        if (e instanceof CommandFailedException) {
            command.getErr().println(name + ": " + oneLine(e.getMessage()));
        } else {
            command.getErr().println(name + ": a fault of this program, please report it");
            e.printStackTrace(command.getErr());
        }
        return ExitStatus.FAILED;
    }

    private static String oneLine(String message) {
        return message.replaceAll("\\R+", " ");
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Missing command: one of "
                        + String.join(", ", spec.subcommands().keySet())
                        + " (see vrio --help)");
    }
}
