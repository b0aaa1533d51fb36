// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    private final Dialogue dialogue;

    ShowPeerVerb(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        try (DaemonSession session = daemon.connect()) {
            String wanted = peer == null ? only(session) : peer;
            dialogue.printer(daemon).peer(session.ask("peer show", Map.of("peer", wanted)));
        }
        return ExitStatus.OK;
    }

    private static String only(DaemonSession session) throws CommandFailedException {
        JsonNode peers = session.ask("peer list", Map.of());
        if (peers.size() != 1) {
            throw new CommandFailedException(
                    "there are %d peers: name one of vrio peer list".formatted(peers.size()));
        }
        return peers.path(0).path("peer").asText();
    }
}
