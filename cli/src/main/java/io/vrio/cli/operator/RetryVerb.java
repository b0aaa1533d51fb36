// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.option.OptionTypes;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** retry: a device that has failed is opened again. */
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        description =
                "At the IOhyp: opens a ${bundle:device} again that has failed; its server gets it back by"
                        + " itself.")
final class RetryVerb implements Callable<Integer> {
    @Mixin private DaemonOptions daemon;

    @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class)
    private String name;

    private final DeviceNoun noun;
    private final Dialogue dialogue;

    RetryVerb(DeviceNoun noun, Dialogue dialogue) {
        this.noun = noun;
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        dialogue.change(daemon, noun.command("retry"), Map.of("name", name));
        return ExitStatus.OK;
    }
}
