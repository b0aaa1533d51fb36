// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.option.OptionTypes;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** stats: what a daemon has counted for one device, or for those of one domain. */
@Command(name = "stats", mixinStandardHelpOptions = true, description = "${bundle:device.counters}")
final class StatsVerb implements Callable<Integer> {
    @Mixin private DaemonOptions daemon;

    @ArgGroup(multiplicity = "1")
    private Which which;

    private final DeviceNoun noun;
    private final Dialogue dialogue;

    /** One of the two. */
    private static final class Which {
        @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class)
        private String name;

        @Option(
                names = "--domain",
                paramLabel = "VM",
                description = "At a server: all ${bundle:devices} of a domain, by name or UUID.")
        private String domain;
    }

    StatsVerb(DeviceNoun noun, Dialogue dialogue) {
        this.noun = noun;
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        if (which.domain == null) {
            dialogue.show(daemon, noun.command("stats"), Map.of("name", which.name));
        } else {
            try (DaemonSession session = daemon.connect()) {
                dialogue.printer(daemon).counters(ofDomain(session));
            }
        }
        return ExitStatus.OK;
    }

    /** By device. */
    private ObjectNode ofDomain(DaemonSession session) throws CommandFailedException {
        if (session.isIohyp()) {
            throw new CommandFailedException(
                    "an IOhyp does not know domains: run this on the VM host, at its server");
        }
        ObjectNode counters = JsonNodeFactory.instance.objectNode();
        JsonNode domain = session.ask("domain show", Map.of("domain", which.domain));
        for (JsonNode device : domain.path("devices")) {
            if (device.path("kind").asText().equals(noun.name())) {
                String name = device.path("name").asText();
                counters.set(name, session.ask(noun.command("stats"), Map.of("name", name)));
            }
        }
        return counters;
    }
}
