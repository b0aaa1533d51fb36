// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.option.GuestTypes;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** What can be chosen of a NIC that is plugged in. */
final class NicPlugOptions implements PlugOptions {
    @Option(
            names = "--mac",
            paramLabel = "MAC",
            converter = GuestTypes.Mac.class,
            description = {
                "The guest's address. Default: the one that the NIC has at the IOhyp; without one,",
                "libvirt makes one up."
            })
    private String mac;

    @Option(
            names = "--queues",
            paramLabel = "N",
            converter = GuestTypes.Queues.class,
            description = "Pairs of virtqueues. Default: one.")
    private Integer queues;

    @Override
    public Optional<String> target() {
        return Optional.empty();
    }

    @Override
    public Optional<String> mac() {
        return Optional.ofNullable(mac);
    }

    @Override
    public OptionalInt queues() {
        return PlugOptions.queues(queues);
    }
}
