// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.ExitStatus;
import io.vrio.cli.Surroundings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** vrio completion: a script by which a shell completes commands, options and names. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints a script for bash and zsh; use it with: source <(vrio completion)")
public final class CompletionCommand implements Callable<Integer> {
    /** Adds the names that only a daemon knows. */
    private static final String NAMES = "completion-names.bash";

    /** A constant in a list of what may stand somewhere, as it stands in the sources. */
    private static final Pattern CONSTANT = Pattern.compile("(?<=[( ])\"[A-Z_]+\"(?=[) ])");

    @Spec private CommandSpec spec;
    private final Surroundings surroundings;

    public CompletionCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws IOException {
        String script = AutoComplete.bash(spec.root().name(), spec.root().commandLine());
        surroundings.out().print(inLowerCase(script) + names());
        return ExitStatus.OK;
    }

    /** Help and documents write them so. */
    private static String inLowerCase(String script) {
        return CONSTANT.matcher(script).replaceAll(word -> word.group().toLowerCase(Locale.ROOT));
    }

    private static String names() throws IOException {
        try (InputStream in = CompletionCommand.class.getResourceAsStream(NAMES)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
