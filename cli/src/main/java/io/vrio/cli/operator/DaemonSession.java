// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.cli.CommandFailedException;
import io.vrio.cli.control.ControlClient;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.control.ControlProtocol;
import java.util.Map;

/** A daemon that answers and speaks our version. One thread; closed with the command. */
final class DaemonSession implements AutoCloseable {
    private final ControlClient client;
    private final JsonNode status;

    private DaemonSession(ControlClient client, JsonNode status) {
        this.client = client;
        this.status = status;
    }

    /** Takes over the client. */
    static DaemonSession open(ControlClient client) throws ControlException {
        try {
            JsonNode status = client.ask("status", Map.of());
            int version = status.path("protocol").asInt();
            if (version != ControlProtocol.VERSION) {
                throw new ControlException(
                        "the daemon at %s speaks version %d, this command %d: use the same release"
                                .formatted(client.path(), version, ControlProtocol.VERSION));
            }
            return new DaemonSession(client, status);
        } catch (ControlException e) {
            client.close();
            throw e;
        }
    }

    JsonNode status() {
        return status;
    }

    /** Otherwise it is a server. */
    boolean isIohyp() {
        return status.path("daemon").asText().equals("iohyp");
    }

    JsonNode ask(String command, Map<String, ?> arguments) throws CommandFailedException {
        try {
            return client.ask(command, arguments);
        } catch (ControlException e) {
            throw new CommandFailedException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
