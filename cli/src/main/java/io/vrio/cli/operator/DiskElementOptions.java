// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vrio.cli.CommandFailedException;
import io.vrio.cli.option.GuestTypes;
import io.vrio.libvirt.domain.DeviceElement;
import picocli.CommandLine.Option;

/** What can be chosen of a disk's element. */
final class DiskElementOptions implements ElementOptions {
    @Option(
            names = "--target",
            paramLabel = "TARGET",
            converter = GuestTypes.Target.class,
            defaultValue = "vdb",
            description = "Its place in the domain, where no other disk is. Default: vdb.")
    private String target;

    @Option(
            names = "--queues",
            paramLabel = "N",
            converter = GuestTypes.Queues.class,
            description = "Virtqueues. Default: one for each processor of the guest.")
    private Integer queues;

    @Override
    public DeviceElement element(JsonNode disk) throws CommandFailedException {
        return DeviceElement.disk(
                disk.path("socket").asText(),
                target,
                ElementOptions.queues(disk, PlugOptions.queues(queues), "queues"));
    }
}
