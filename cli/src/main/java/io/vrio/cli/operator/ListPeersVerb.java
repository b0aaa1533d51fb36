// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** list: all peers, a line each. */
@Command(name = "list", mixinStandardHelpOptions = true, description = "All peers, a line each.")
final class ListPeersVerb implements Callable<Integer> {
    private static final List<Column> COLUMNS =
            List.of(
                    Column.text("PEER", "peer"),
                    Column.text("ADDRESS", "address"),
                    Column.number("WORKER", "worker"),
                    Column.text("STATE", "state"),
                    new Column("SINCE", true, row -> Units.age(row.path("sinceSeconds"))),
                    Column.number("MTU", "mtu"),
                    Column.microseconds("RTT", "rttNs"),
                    Column.text("REASON", "reason"));

    @Mixin private DaemonOptions daemon;
    private final Dialogue dialogue;

    ListPeersVerb(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        try (DaemonSession session = daemon.connect()) {
            dialogue.printer(daemon).rows(session.ask("peer list", Map.of()), COLUMNS);
        }
        return ExitStatus.OK;
    }
}
