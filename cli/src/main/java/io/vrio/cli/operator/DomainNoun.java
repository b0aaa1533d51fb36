// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.Surroundings;
import io.vrio.cli.daemon.WatchCommand;
import java.util.List;
import picocli.CommandLine;

/** vrio domain: libvirt's domains, and their devices at the server of this host. */
public final class DomainNoun {
    private DomainNoun() {}

    /** The noun with its verbs. */
    public static CommandLine tree(Surroundings surroundings) {
        Dialogue dialogue = new Dialogue(surroundings);
        return Noun.tree(
                "domain",
                "Domains of this host's libvirt and their devices.",
                List.of(
                        new CheckVerb(surroundings, System.in),
                        new ListDomainsVerb(dialogue),
                        new ShowDomainVerb(dialogue),
                        new ReleaseDomainVerb(dialogue),
                        new WatchCommand(surroundings)));
    }
}
