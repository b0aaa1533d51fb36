// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.Surroundings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** vrio status: what a running daemon is and does. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "What a running daemon is and does.")
public final class StatusCommand implements Callable<Integer> {
    @Mixin private DaemonOptions daemon;
    private final Surroundings surroundings;

    public StatusCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws CommandFailedException {
        try (DaemonSession session = daemon.connect()) {
            new Printer(surroundings.out(), daemon.format().format()).object(session.status());
        }
        return ExitStatus.OK;
    }
}
