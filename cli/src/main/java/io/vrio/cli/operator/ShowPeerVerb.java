// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** show: what a daemon knows of one peer. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "All that is known of one peer, with its counters and last events.")
final class ShowPeerVerb implements Callable<Integer> {
    @Mixin private DaemonOptions daemon;

    @Parameters(
            paramLabel = "PEER",
            arity = "0..1",
            description = "Its name, or ADDRESS:PORT; may be left out when there is only one.")
    private String peer;

    @Option(
            names = "--worker",
            paramLabel = "K",
            description =
                    "Which worker's association, of a server that has several. Default: the first.")
    private Long worker;

    private final Dialogue dialogue;

    ShowPeerVerb(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        try (DaemonSession session = daemon.connect()) {
            Map<String, Object> wanted = new HashMap<>();
            wanted.put("peer", peer == null ? only(session) : peer);
            if (worker != null) {
                wanted.put("worker", worker);
            }
            dialogue.printer(daemon).peer(session.ask("peer show", wanted));
        }
        return ExitStatus.OK;
    }

    private static String only(DaemonSession session) throws CommandFailedException {
        Set<String> peers = new HashSet<>();
        session.ask("peer list", Map.of()).forEach(row -> peers.add(row.path("peer").asText()));
        if (peers.size() != 1) {
            throw new CommandFailedException(
                    "there are %d peers: name one of vrio peer list".formatted(peers.size()));
        }
        return peers.iterator().next();
    }
}
