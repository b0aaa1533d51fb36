// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.Surroundings;
import java.util.List;
import picocli.CommandLine;

/** vrio peer: whom a running daemon is associated with. */
public final class PeerNoun {
    private PeerNoun() {}

    /** The noun with its verbs. */
    public static CommandLine tree(Surroundings surroundings) {
        Dialogue dialogue = new Dialogue(surroundings);
        return Noun.tree(
                "peer",
                "Peers of a running daemon: servers at the IOhyp, the IOhyp at a server.",
                List.of(new ListPeersVerb(dialogue), new ShowPeerVerb(dialogue)));
    }
}
