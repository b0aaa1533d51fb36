// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.cli.CommandFailedException;
import io.vrio.libvirt.check.RunningServer;
import io.vrio.libvirt.check.ServedDevice;
import io.vrio.libvirt.domain.DeviceKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What a check of a domain wants to know of the server, in the words of the check. */
final class ServedFacts {
    private ServedFacts() {}

    /** Empty when no server answers: a check goes on without. */
    static Optional<RunningServer> of(ServerOptions options) {
        try (DaemonSession session = options.connect()) {
            List<ServedDevice> devices = new ArrayList<>();
            for (DeviceKind kind : DeviceKind.values()) {
                session.ask(kind.command() + " list", Map.of())
                        .forEach(row -> devices.add(device(kind, row)));
            }
            String folder = session.status().path("socketDir").asText();
            return Optional.of(new RunningServer(Path.of(folder), devices));
        } catch (CommandFailedException e) {
            return Optional.empty();
        }
    }

    private static ServedDevice device(DeviceKind kind, JsonNode row) {
        return new ServedDevice(
                kind,
                row.path("name").asText(),
                row.path("socket").asText(),
                state(row.path("state").asText()),
                row.path("reason").asText(),
                row.path("mac").asText(),
                row.path("queuesMax").asInt(),
                row.path("frontend").isNumber()
                        ? OptionalLong.of(row.path("frontend").asLong())
                        : OptionalLong.empty());
    }

    private static ServedDevice.State state(String text) {
        return switch (text) {
            case "attached" -> ServedDevice.State.ATTACHED;
            case "refused" -> ServedDevice.State.REFUSED;
            default -> ServedDevice.State.WAITING;
        };
    }
}
