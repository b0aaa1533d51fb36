// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.option.OptionTypes;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** resize: another size of a disk. */
@Command(
        name = "resize",
        mixinStandardHelpOptions = true,
        description = "Changes the size at the IOhyp; a running guest sees it by itself.")
final class ResizeVerb implements Callable<Integer> {
    @Mixin private DaemonOptions daemon;

    @Parameters(index = "0", paramLabel = "NAME", converter = OptionTypes.Name.class)
    private String name;

    @Parameters(
            index = "1",
            paramLabel = "SIZE",
            converter = OptionTypes.Size.class,
            description = "Bytes, or a number with K, M, G or T.")
    private long size;

    @Option(
            names = "--shrink",
            description = "Allow a smaller size; what lies behind is lost. Default: refuse.")
    private boolean mayShrink;

    private final Dialogue dialogue;

    ResizeVerb(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        dialogue.change(
                daemon, "disk resize", Map.of("name", name, "size", size, "shrink", mayShrink));
        return ExitStatus.OK;
    }
}
