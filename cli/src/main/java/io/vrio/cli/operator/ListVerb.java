// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** list: all devices, a line each. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "All ${bundle:devices}, a line each.")
final class ListVerb implements Callable<Integer> {
    @Mixin private DaemonOptions daemon;

    private final DeviceNoun noun;
    private final Dialogue dialogue;

    ListVerb(DeviceNoun noun, Dialogue dialogue) {
        this.noun = noun;
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        try (DaemonSession session = daemon.connect()) {
            List<Column> columns = session.isIohyp() ? noun.atIohyp() : noun.atServer();
            dialogue.printer(daemon).rows(session.ask(noun.command("list"), Map.of()), columns);
        }
        return ExitStatus.OK;
    }
}
