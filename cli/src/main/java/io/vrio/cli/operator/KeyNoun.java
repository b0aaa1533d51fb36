// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import java.util.List;
import picocli.CommandLine;

/** vrio key: what servers and IOhyps know each other by. Needs no daemon. */
public final class KeyNoun {
    private KeyNoun() {}

    /** The noun with its verbs. */
    public static CommandLine tree() {
        return Noun.tree(
                "key",
                "Pre-shared keys, by which a server and an IOhyp know each other.",
                List.of(new CreateKeyVerb()));
    }
}
