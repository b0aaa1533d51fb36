// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** list: the domains that have devices, a line each. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Domains that have devices of a server, a line each, as libvirt's hook told.")
final class ListDomainsVerb implements Callable<Integer> {
    private static final List<Column> COLUMNS =
            List.of(
                    Column.text("DOMAIN", "domain"),
                    Column.text("UUID", "uuid"),
                    new Column("DISKS", false, row -> names(row, "disk")),
                    new Column("NICS", false, row -> names(row, "nic")));

    @Mixin private ServerOptions server;
    @Mixin private FormatOption format;
    private final Dialogue dialogue;

    ListDomainsVerb(Dialogue dialogue) {
        this.dialogue = dialogue;
    }

    private static String names(JsonNode domain, String kind) {
        List<String> names = new ArrayList<>();
        for (JsonNode device : domain.path("devices")) {
            if (device.path("kind").asText().equals(kind)) {
                names.add(Column.plain(device.path("name")));
            }
        }
        return names.isEmpty() ? "-" : String.join(",", names);
    }

    @Override
    public Integer call() throws CommandFailedException {
        try (DaemonSession session = server.connect()) {
            JsonNode domains = session.ask("domain list", Map.of());
            dialogue.printer(format).rows(domains, COLUMNS);
        }
        return ExitStatus.OK;
    }
}
