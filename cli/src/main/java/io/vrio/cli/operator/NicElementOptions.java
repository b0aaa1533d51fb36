// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.cli.CommandFailedException;
import io.vrio.common.io.MacAddress;
import io.vrio.libvirt.domain.DeviceElement;
import java.util.Optional;
import picocli.CommandLine.Mixin;

/** What can be chosen of a NIC's element. */
final class NicElementOptions implements ElementOptions {
    @Mixin private NicPlugOptions chosen;

    @Override
    public DeviceElement element(JsonNode nic) throws CommandFailedException {
        return DeviceElement.nic(
                nic.path("socket").asText(),
                mac(nic),
                ElementOptions.queues(nic, chosen.queues(), "pairs of queues"));
    }

    private Optional<String> mac(JsonNode nic) throws CommandFailedException {
        String present = nic.path("mac").asText();
        if (chosen.mac().isEmpty()) {
            return Optional.of(present).filter(address -> !address.isEmpty());
        }
        String mac = chosen.mac().get();
        if (!present.isEmpty() && MacAddress.parse(present) != MacAddress.parse(mac)) {
            throw new CommandFailedException(
                    "NIC %s has MAC %s at the IOhyp, which hears no guest with %s: leave out --mac,"
                                    .formatted(nic.path("name").asText(), present, mac)
                            + " or give the NIC this MAC on the I/O host");
        }
        return chosen.mac();
    }
}
