// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.Surroundings;
import io.vrio.cli.option.OptionTypes;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** xml: the element of a served device, for {@code virsh attach-device} and {@code edit}. */
@Command(
        name = "xml",
        mixinStandardHelpOptions = true,
        description = {
            "At a server: prints the element of a ${bundle:device} for a libvirt domain:",
            "virsh attach-device VM <(vrio ${bundle:noun} xml NAME)"
        })
final class XmlVerb implements Callable<Integer> {
    @Mixin private ServerOptions server;

    @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class)
    private String name;

    @Mixin private final ElementOptions options;

    private final DeviceNoun noun;
    private final Surroundings surroundings;

    XmlVerb(DeviceNoun noun, ElementOptions options, Surroundings surroundings) {
        this.noun = noun;
        this.options = options;
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws CommandFailedException {
        try (DaemonSession session = server.connect()) {
            JsonNode device = session.ask(noun.command("show"), Map.of("name", name));
            surroundings.out().print(text(device));
            surroundings.out().flush();
            warn(device);
        }
        return ExitStatus.OK;
    }

    private String text(JsonNode device) throws CommandFailedException {
        try {
            return options.element(device).text();
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(
                    "the socket of %s %s: %s; serve it at another path"
                            .formatted(noun.word(), name, e.getMessage()),
                    e);
        }
    }

    /** The element is right, also before the IOhyp has the device; but then it is of no use. */
    private void warn(JsonNode device) {
        if (device.path("state").asText().equals("refused")) {
            surroundings
                    .err()
                    .printf(
                            "vrio %s xml: the IOhyp refuses %s %s: %s%n",
                            noun.name(), noun.word(), name, Column.plain(device.path("reason")));
        }
    }
}
