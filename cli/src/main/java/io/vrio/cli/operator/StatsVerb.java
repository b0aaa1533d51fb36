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

/** stats: what a daemon has counted for one device. */
@Command(name = "stats", mixinStandardHelpOptions = true, description = "${bundle:device.counters}")
final class StatsVerb implements Callable<Integer> {
    @Mixin private DaemonOptions daemon;

    @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class)
    private String name;

    private final DeviceNoun noun;
    private final Dialogue dialogue;

    StatsVerb(DeviceNoun noun, Dialogue dialogue) {
        this.noun = noun;
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        dialogue.show(daemon, noun.command("stats"), Map.of("name", name));
        return ExitStatus.OK;
    }
}
