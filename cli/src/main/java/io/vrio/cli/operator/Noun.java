// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What a noun without its verb is answered with. */
final class Noun {
    private Noun() {}

    static ParameterException missingVerb(CommandSpec spec) {
        CommandLine command = spec.commandLine();
        String verbs = String.join(", ", command.getSubcommands().keySet());
        return new ParameterException(command, "Missing verb: one of " + verbs);
    }
}
