// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.option.OptionTypes;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** move: another worker of a server serves a disk. */
@Command(
        name = "move",
        mixinStandardHelpOptions = true,
        description =
                "At a server: has another of its workers serve the disk; a running guest does not notice.")
final class MoveVerb implements Callable<Integer> {
    @Mixin private DaemonOptions daemon;

    @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class)
    private String name;

    @Option(
            names = "--worker",
            paramLabel = "K",
            required = true,
            description = "One of those that vrio status lists; the first is 0.")
    private int worker;

    private final Dialogue dialogue;

    MoveVerb(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        dialogue.change(daemon, "disk move", Map.of("name", name, "worker", worker));
        return ExitStatus.OK;
    }
}
