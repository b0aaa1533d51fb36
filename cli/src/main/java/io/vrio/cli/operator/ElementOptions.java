// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.cli.CommandFailedException;
import io.vrio.libvirt.domain.DeviceElement;
import java.util.OptionalInt;

/** What an operator may choose of a device's element in a domain XML. */
interface ElementOptions {
    /**
     * @param device as the server shows it
     * @throws CommandFailedException when the device is not as the operator wants it
     */
    DeviceElement element(JsonNode device) throws CommandFailedException;

    /**
     * @param wanted none when the operator did not choose
     * @param what in plural
     */
    static OptionalInt queues(JsonNode device, OptionalInt wanted, String what)
            throws CommandFailedException {
        int max = device.path("queuesMax").asInt();
        if (wanted.orElse(0) > max) {
            throw new CommandFailedException(
                    "%s has %d %s, not %d: QEMU would refuse to start with more"
                            .formatted(device.path("name").asText(), max, what, wanted.getAsInt()));
        }
        return wanted;
    }
}
