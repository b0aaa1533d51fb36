// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** show: the devices of one domain, a line each. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "The devices of one domain, a line each.")
final class ShowDomainVerb implements Callable<Integer> {
    private static final List<Column> COLUMNS =
            List.of(
                    Column.text("KIND", "kind"),
                    Column.text("NAME", "name"),
                    Column.text("MADE BY", "maker"),
                    Column.text("FRONTEND", "frontend"),
                    Column.text("SOCKET", "socket"),
                    Column.state("reason"));

    @Mixin private ServerOptions server;
    @Mixin private FormatOption format;

    @Parameters(paramLabel = "VM", description = "The domain's name or UUID.")
    private String domain;

    private final Dialogue dialogue;

    ShowDomainVerb(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        try (DaemonSession session = server.connect()) {
            JsonNode shown = session.ask("domain show", Map.of("domain", domain));
            dialogue.printer(format).rowsOf(shown, "devices", COLUMNS);
        }
        return ExitStatus.OK;
    }
}
