// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.Surroundings;
import io.vrio.cli.control.ControlledServer;
import io.vrio.cli.option.LibvirtOptions;
import io.vrio.cli.option.LogLevel;
import io.vrio.cli.option.OptionTypes;
import io.vrio.libvirt.admin.AdminException;
import io.vrio.libvirt.admin.DomainWatch;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** vrio domain watch: a daemon beside the server that follows the metadata of domains. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "A daemon of a VM host: has the server serve what the metadata of libvirt's domains",
            "describes, and ends what was made for domains that are no more."
        })
public final class WatchCommand implements Callable<Integer> {
    @Mixin private LibvirtOptions libvirt;

    @Option(
            names = "--control",
            paramLabel = "PATH",
            converter = OptionTypes.AbsolutePath.class,
            defaultValue = "/run/vrio/server.control",
            description = "Control socket of the server. Default: ${DEFAULT-VALUE}.")
    private Path control;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            converter = LogLevel.Converter.class,
            description = "error, warn, info, debug or trace. Default: info.")
    private LogLevel logLevel;

    private final Surroundings surroundings;

    public WatchCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws CommandFailedException {
        return new DaemonRun(surroundings, logLevel).run(this::start);
    }

    private DomainWatch start() throws CommandFailedException {
        try {
            return DomainWatch.start(
                    libvirt.uri(surroundings.environment()), new ControlledServer(control));
        } catch (AdminException e) {
            throw new CommandFailedException(e.getMessage(), e);
        }
    }
}
