// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.option.GuestTypes;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** What can be chosen of a disk that is plugged in. */
final class DiskPlugOptions implements PlugOptions {
    @Option(
            names = "--target",
            paramLabel = "TARGET",
            converter = GuestTypes.Target.class,
            description = "Its place in the domain. Default: the next that is free, from vda on.")
    private String target;

    @Option(
            names = "--queues",
            paramLabel = "N",
            converter = GuestTypes.Queues.class,
            description = "Virtqueues. Default: one for each processor of the guest.")
    private Integer queues;

    @Override
    public Optional<String> target() {
        return Optional.ofNullable(target);
    }

    @Override
    public Optional<String> mac() {
        return Optional.empty();
    }

    @Override
    public OptionalInt queues() {
        return PlugOptions.queues(queues);
    }
}
