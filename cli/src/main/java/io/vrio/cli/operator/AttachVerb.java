// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.Surroundings;
import io.vrio.cli.option.OptionTypes;
import io.vrio.libvirt.admin.AdminException;
import io.vrio.libvirt.admin.AttachWish;
import io.vrio.libvirt.admin.Attachment;
import io.vrio.libvirt.admin.Attachment.Attached;
import io.vrio.libvirt.admin.LibvirtConnection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** attach: a device of the IOhyp, plugged into a domain, or nothing. */
@Command(
        name = "attach",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "At a server: serves a ${bundle:device} of the IOhyp and plugs it into a libvirt domain.",
            "When that fails, everything is undone. Prints where the guest has it."
        })
final class AttachVerb implements Callable<Integer> {
    @Parameters(
            paramLabel = "NAME",
            converter = OptionTypes.Name.class,
            description = "The ${bundle:device}'s name at the IOhyp.")
    private String name;

    @Mixin private DomainOptions domain;
    @Mixin private final PlugOptions options;
    @Mixin private ServerOptions server;

    private final DeviceNoun noun;
    private final Surroundings surroundings;

    AttachVerb(DeviceNoun noun, PlugOptions options, Surroundings surroundings) {
        this.noun = noun;
        this.options = options;
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws CommandFailedException {
        AttachWish wish =
                new AttachWish(
                        noun.kind(),
                        name,
                        domain.domain(),
                        domain.isLive(),
                        domain.isPersistent(),
                        options.target(),
                        options.mac(),
                        options.queues());
        // A signal ends the process when what was begun is undone, or has come to its end.
        surroundings.stop().arm();
        String uri = domain.libvirt().uri(surroundings.environment());
        try (LibvirtConnection libvirt = LibvirtConnection.open(uri)) {
            Attached attached =
                    new Attachment(
                                    wish,
                                    libvirt,
                                    server.devices(),
                                    domain.patience(surroundings.stop()))
                            .attach();
            surroundings.out().println(attached.place());
            surroundings.out().flush();
            attached.warning(libvirt.version()).ifPresent(this::warn);
        } catch (AdminException e) {
            throw new CommandFailedException(e.getMessage(), e);
        }
        return ExitStatus.OK;
    }

    private void warn(String warning) {
        surroundings.err().println("vrio " + noun.name() + " attach: " + warning);
    }
}
