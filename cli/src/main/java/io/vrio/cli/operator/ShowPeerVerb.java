// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

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
        description = "All that is known of one peer, with its counters.")
final class ShowPeerVerb implements Callable<Integer> {
    @Mixin private DaemonOptions daemon;

    @Parameters(paramLabel = "PEER", description = "Its name, or ADDRESS:PORT.")
    private String peer;

    private final Dialogue dialogue;

    ShowPeerVerb(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        dialogue.show(daemon, "peer show", Map.of("peer", peer));
        return ExitStatus.OK;
    }
}
