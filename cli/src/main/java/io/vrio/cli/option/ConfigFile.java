// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import io.vrio.cli.option.ConfigEntry.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A configuration file is the command line written down: its keys are the names of the options.
 * This turns it into command line arguments, before those that were given: what is on the command
 * line wins, and options that may be repeated add up.
 */
public final class ConfigFile {
    private static final String OPTION = "--config";

    /** Options that make no sense in a file. */
    private static final Set<String> NOT_IN_A_FILE = Set.of(OPTION, "--help", "--version");

    private final CommandLine command;
    private final ConfigReader reader;
    private final Set<String> given;

    private ConfigFile(CommandLine command, Path file, List<String> arguments) {
        this.command = command;
        reader = new ConfigReader(file);
        given = arguments.stream().map(ConfigFile::optionName).collect(Collectors.toSet());
    }

    /**
     * The arguments with those of the file that {@code --config} names, if one is named.
     *
     * @throws OptionException with file and line, when the file is wrong
     */
    public static String[] expand(CommandLine root, String[] arguments) throws OptionException {
        CommandLine command =
                arguments.length == 0 ? null : root.getSubcommands().get(arguments[0]);
        if (command == null || command.getCommandSpec().findOption(OPTION) == null) {
            return arguments;
        }
        List<String> rest = Arrays.asList(arguments).subList(1, arguments.length);
        Path file = named(rest);
        if (file == null) {
            return arguments;
        }
        List<String> all = new ArrayList<>(List.of(arguments[0]));
        all.addAll(new ConfigFile(command, file, rest).arguments());
        all.addAll(rest);
        return all.toArray(String[]::new);
    }

    private static Path named(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.startsWith(OPTION + "=")) {
                return Path.of(argument.substring(OPTION.length() + 1));
            }
            if (argument.equals(OPTION) && i + 1 < arguments.size()) {
                return Path.of(arguments.get(i + 1));
            }
        }
        return null;
    }

    private static String optionName(String argument) {
        int equals = argument.indexOf('=');
        return equals < 0 ? argument : argument.substring(0, equals);
    }

    private List<String> arguments() throws OptionException {
        List<String> arguments = new ArrayList<>();
        for (ConfigEntry entry : reader.read()) {
            OptionSpec option = option(entry);
            checkShape(entry, option);
            checkValues(entry, option);
            boolean isOverridden = !option.isMultiValue() && given.contains("--" + entry.key());
            if (!isOverridden) {
                addTo(arguments, entry);
            }
        }
        return arguments;
    }

    private OptionSpec option(ConfigEntry entry) throws OptionException {
        String name = "--" + entry.key();
        OptionSpec option = command.getCommandSpec().findOption(name);
        if (option == null || NOT_IN_A_FILE.contains(name)) {
            throw reader.at(
                    entry.line(), "unknown key '" + entry.key() + "' (legal: " + legalKeys() + ")");
        }
        return option;
    }

    private String legalKeys() {
        Set<String> keys = new TreeSet<>();
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (!option.hidden() && !NOT_IN_A_FILE.contains(option.longestName())) {
                keys.add(option.longestName().substring(2));
            }
        }
        return String.join(", ", keys);
    }

    private void checkShape(ConfigEntry entry, OptionSpec option) throws OptionException {
        boolean isFlag = option.arity().max() == 0;
        boolean isRight =
                switch (entry.shape()) {
                    case BOOLEAN -> isFlag;
                    case TEXT, NUMBER -> !isFlag;
                    case LIST -> option.isMultiValue();
                    case NOTHING, OTHER -> false;
                };
        if (!isRight) {
            String wanted = isFlag ? "true or false" : "one value";
            throw reader.at(
                    entry.line(),
                    "'%s' needs %s, not %s"
                            .formatted(
                                    entry.key(),
                                    option.isMultiValue() ? "a list of texts" : wanted,
                                    entry.shape().words()));
        }
    }

    /** So that a wrong value is reported with its place in the file. */
    private void checkValues(ConfigEntry entry, OptionSpec option) throws OptionException {
        for (ITypeConverter<?> converter : option.converters()) {
            for (String value : entry.values()) {
                try {
                    converter.convert(value);
                } catch (Exception e) {
                    throw reader.at(entry.line(), "'" + entry.key() + "': " + e.getMessage());
                }
            }
        }
    }

    private static void addTo(List<String> arguments, ConfigEntry entry) {
        String name = "--" + entry.key();
        if (entry.shape() == Shape.BOOLEAN) {
            if (entry.values().contains("true")) {
                arguments.add(name);
            }
            return;
        }
        for (String value : entry.values()) {
            arguments.add(name + "=" + value);
        }
    }
}
