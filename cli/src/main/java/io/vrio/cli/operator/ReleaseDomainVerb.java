// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** release: the end of a domain that libvirt's hook could not tell the server of. */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description = {
            "Frees the devices of a domain that has ended, as libvirt's hook does by itself:",
            "for one that ended while the server did not run."
        })
final class ReleaseDomainVerb implements Callable<Integer> {
    @Mixin private ServerOptions server;
    @Mixin private FormatOption format;

    @Parameters(paramLabel = "VM", description = "The domain's name or UUID.")
    private String domain;

    private final Dialogue dialogue;

    ReleaseDomainVerb(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        try (DaemonSession session = server.connect()) {
            // For its refusal: a domain that has nothing here is most likely misspelt.
            session.ask("domain show", Map.of("domain", domain));
            dialogue.printer(format).done(session.ask("domain release", Map.of("domain", domain)));
        }
        return ExitStatus.OK;
    }
}
