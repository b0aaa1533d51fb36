// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.option.OptionTypes;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** set-link: pulls or plugs the cable of a NIC. */
@Command(
        name = "set-link",
        mixinStandardHelpOptions = true,
        description = "Takes the link down or up at the IOhyp.")
final class SetLinkVerb implements Callable<Integer> {
    @Mixin private DaemonOptions daemon;

    @Parameters(index = "0", paramLabel = "NAME", converter = OptionTypes.Name.class)
    private String name;

    @Parameters(
            index = "1",
            paramLabel = "up|down",
            converter = LinkState.Converter.class,
            description = "While it is down, frames are dropped both ways.")
    private LinkState link;

    private final Dialogue dialogue;

    SetLinkVerb(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        dialogue.change(daemon, "nic set-link", Map.of("name", name, "link", link.text()));
        return ExitStatus.OK;
    }
}
