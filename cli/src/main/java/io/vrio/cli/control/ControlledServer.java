// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.libvirt.admin.AdminException;
import io.vrio.libvirt.admin.DeviceServer;
import io.vrio.libvirt.admin.GuestDomain;
import io.vrio.libvirt.admin.ServedDevice;
import io.vrio.libvirt.domain.DeviceKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The server at a control socket, connected anew for each question: between two of them libvirt may
 * take longer than a server has patience with a silent client.
 */
public final class ControlledServer implements DeviceServer {
    private final Path control;

    public ControlledServer(Path control) {
        this.control = control;
    }

    /** It is there, it is a server, and it speaks our version. */
    @Override
    public String instance() throws AdminException {
        JsonNode status = status();
        return status.path("pid").asText() + "/" + status.path("started").asText();
    }

    @Override
    public Path socket(String name) throws AdminException {
        return Path.of(status().path("socketDir").asText(), name + ".sock");
    }

    private JsonNode status() throws AdminException {
        JsonNode status = ask("status", Map.of());
        int version = status.path("protocol").asInt();
        if (version != ControlProtocol.VERSION) {
            throw new AdminException(
                    "the daemon at %s speaks version %d, this command %d: use the same release"
                            .formatted(control, version, ControlProtocol.VERSION));
        }
        if (!status.path("daemon").asText().equals("server")) {
            throw new AdminException(
                    "at "
                            + control
                            + " is an IOhyp, and guests' sockets are at a server: run this on the"
                            + " VM host");
        }
        return status;
    }

    @Override
    public List<ServedDevice> all() throws AdminException {
        List<ServedDevice> devices = new ArrayList<>();
        for (DeviceKind kind : DeviceKind.values()) {
            for (JsonNode row : ask(kind.command() + " list", Map.of())) {
                devices.add(device(kind, row));
            }
        }
        return devices;
    }

    private static ServedDevice device(DeviceKind kind, JsonNode row) {
        JsonNode frontend = row.path("frontend");
        return new ServedDevice(
                kind,
                row.path("name").asText(),
                Path.of(row.path("socket").asText()),
                ServedDevice.State.valueOf(row.path("state").asText().toUpperCase(Locale.ROOT)),
                row.path("reason").asText(),
                row.path("mac").asText(),
                row.path("queuesMax").asInt(),
                frontend.isNumber() ? OptionalLong.of(frontend.asLong()) : OptionalLong.empty(),
                domain(row));
    }

    private static Optional<String> domain(JsonNode row) {
        boolean isMadeForIt = row.path("maker").asText().equals("hook");
        return Optional.of(row.path("domainUuid").asText())
                .filter(uuid -> isMadeForIt && !uuid.isEmpty());
    }

    @Override
    public ServedDevice create(DeviceKind kind, String name, Path socket, GuestDomain owner)
            throws AdminException {
        Map<String, String> arguments =
                Map.of(
                        "name", name,
                        "socket", socket.toString(),
                        "domain", owner.name(),
                        "domainUuid", owner.uuid());
        return device(kind, ask(kind.command() + " create", arguments));
    }

    @Override
    public void delete(DeviceKind kind, String name) throws AdminException {
        ask(kind.command() + " delete", Map.of("name", name));
    }

    private JsonNode ask(String command, Map<String, ?> arguments) throws AdminException {
        try (ControlClient client = ControlClient.connect(control)) {
            return client.ask(command, arguments);
        } catch (ControlException e) {
            throw new AdminException(e.getMessage(), e);
        }
    }
}
