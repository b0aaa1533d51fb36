// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.Surroundings;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** vrio peer: whom a running daemon is associated with. */
@Command(
        name = "peer",
        mixinStandardHelpOptions = true,
        description = "Peers of a running daemon: servers at the IOhyp, the IOhyp at a server.")
public final class PeerCommand implements Runnable {
    private static final List<Column> COLUMNS =
            List.of(
                    Column.text("PEER", "peer"),
                    Column.text("ADDRESS", "address"),
                    Column.text("STATE", "state"),
                    new Column("SINCE", true, row -> Units.age(row.path("sinceSeconds"))),
                    Column.number("MTU", "mtu"),
                    Column.microseconds("RTT", "rttNs"),
                    Column.text("REASON", "reason"));

    @Spec private CommandSpec spec;
    private final Dialogue dialogue;

    private PeerCommand(Surroundings surroundings) {
        dialogue = new Dialogue(surroundings);
    }

    /** The noun with its verbs. */
    public static CommandLine tree(Surroundings surroundings) {
        return new CommandLine(new PeerCommand(surroundings));
    }

    @Override
    public void run() {
        throw Noun.missingVerb(spec);
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "All peers, a line each.")
    void list(@Mixin DaemonOptions daemon) throws CommandFailedException {
        try (DaemonSession session = daemon.connect()) {
            dialogue.printer(daemon).rows(session.ask("peer list", Map.of()), COLUMNS);
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "All that is known of one peer, with its counters.")
    void show(
            @Mixin DaemonOptions daemon,
            @Parameters(paramLabel = "PEER", description = "Its name, or ADDRESS:PORT.")
                    String peer)
            throws CommandFailedException {
        dialogue.show(daemon, "peer show", Map.of("peer", peer));
    }
}
