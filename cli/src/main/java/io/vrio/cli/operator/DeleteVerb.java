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

/** delete: a device that is exported or served no longer. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = {
            "At the IOhyp: stops exporting a ${bundle:device}; ${bundle:device.left}.",
            "At the server: ends its socket; ${bundle:device.gone}."
        })
final class DeleteVerb implements Callable<Integer> {
    @Mixin private DaemonOptions daemon;

    @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class)
    private String name;

    @Option(
            names = "--force",
            description = "Also when a server (a guest) uses it. Default: refuse.")
    private boolean isForced;

    private final DeviceNoun noun;
    private final Dialogue dialogue;

    DeleteVerb(DeviceNoun noun, Dialogue dialogue) {
        this.noun = noun;
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        dialogue.change(daemon, noun.command("delete"), Map.of("name", name, "force", isForced));
        return ExitStatus.OK;
    }
}
