// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.Surroundings;
import io.vrio.cli.option.OptionTypes;
import java.util.List;
import picocli.CommandLine;

/** vrio disk: the disks of a running daemon. */
public final class DiskNoun {
    private static final DeviceNoun DISK =
            new DeviceNoun(
                    "disk",
                    List.of(
                            Column.text("NAME", "name"),
                            Column.size("SIZE", "capacity"),
                            Column.size("ALLOCATED", "allocated"),
                            Column.text("SERVER", "server"),
                            Column.text("BACKEND", "backend"),
                            Column.state("failure")),
                    List.of(
                            Column.text("NAME", "name"),
                            Column.size("SIZE", "capacity"),
                            Column.text("FRONTEND", "frontend"),
                            Column.number("WORKER", "worker"),
                            Column.text("SOCKET", "socket"),
                            Column.state("reason")),
                    definition -> new OptionTypes.Backend().convert(definition).text());

    private DiskNoun() {}

    /** The noun with its verbs. */
    public static CommandLine tree(Surroundings surroundings) {
        Dialogue dialogue = new Dialogue(surroundings);
        return DISK.tree(
                "Disks of a running daemon.",
                dialogue,
                new AttachVerb(DISK, new DiskPlugOptions(), surroundings),
                new DetachVerb(DISK, surroundings),
                new MoveVerb(dialogue),
                new ResizeVerb(dialogue),
                new RetryVerb(DISK, dialogue),
                new XmlVerb(DISK, new DiskElementOptions(), surroundings));
    }
}
