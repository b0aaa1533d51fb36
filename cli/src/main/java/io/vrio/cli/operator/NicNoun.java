// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.Surroundings;
import io.vrio.cli.option.OptionTypes;
import java.util.List;
import picocli.CommandLine;

/** vrio nic: the NICs of a running daemon. */
public final class NicNoun {
    private static final DeviceNoun NIC =
            new DeviceNoun(
                    "nic",
                    List.of(
                            Column.text("NAME", "name"),
                            Column.text("MAC", "mac"),
                            Column.text("LINK", "link"),
                            Column.text("SERVER", "server"),
                            Column.text("BACKEND", "backend"),
                            Column.state("failure")),
                    List.of(
                            Column.text("NAME", "name"),
                            Column.text("MAC", "mac"),
                            Column.text("LINK", "link"),
                            Column.text("FRONTEND", "frontend"),
                            Column.text("SOCKET", "socket"),
                            Column.state("reason")),
                    definition -> new OptionTypes.NicBackend().convert(definition).text());

    private NicNoun() {}

    /** The noun with its verbs. */
    public static CommandLine tree(Surroundings surroundings) {
        Dialogue dialogue = new Dialogue(surroundings);
        return NIC.tree(
                "NICs of a running daemon.",
                dialogue,
                new AttachVerb(NIC, new NicPlugOptions(), surroundings),
                new DetachVerb(NIC, surroundings),
                new RetryVerb(NIC, dialogue),
                new SetLinkVerb(dialogue),
                new XmlVerb(NIC, new NicElementOptions(), surroundings));
    }
}
