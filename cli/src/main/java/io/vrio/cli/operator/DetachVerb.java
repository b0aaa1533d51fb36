// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.Surroundings;
import io.vrio.cli.option.OptionTypes;
import io.vrio.libvirt.admin.AdminException;
import io.vrio.libvirt.admin.AttachWish;
import io.vrio.libvirt.admin.Detachment;
import io.vrio.libvirt.admin.LibvirtConnection;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** detach: a device taken out of a domain, when its guest has let go of it. */
@Command(
        name = "detach",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "At a server: takes a ${bundle:device} out of a libvirt domain, waits until its guest has",
            "let go of it, and serves it no longer if it was made for this domain."
        })
final class DetachVerb implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class)
    private String name;

    @Mixin private DomainOptions domain;
    @Mixin private ServerOptions server;

    private final DeviceNoun noun;
    private final Surroundings surroundings;

    DetachVerb(DeviceNoun noun, Surroundings surroundings) {
        this.noun = noun;
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
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty());
        // A signal ends the waiting, and then the process; nothing is freed too early.
        surroundings.stop().arm();
        String uri = domain.libvirt().uri(surroundings.environment());
        try (LibvirtConnection libvirt = LibvirtConnection.open(uri)) {
            new Detachment(wish, libvirt, server.devices(), domain.patience(surroundings.stop()))
                    .detach();
        } catch (AdminException e) {
            throw new CommandFailedException(e.getMessage(), e);
        }
        return ExitStatus.OK;
    }
}
