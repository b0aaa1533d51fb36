// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.StopSignal;
import io.vrio.cli.option.LibvirtOptions;
import io.vrio.cli.option.OptionTypes;
import io.vrio.libvirt.admin.Patience;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** In which domain something is plugged in or out, and for how long. */
final class DomainOptions {
    @Mixin private LibvirtOptions libvirt;

    @Option(
            names = "--domain",
            paramLabel = "VM",
            required = true,
            description = "The domain, by its name or UUID.")
    private String domain;

    @Option(
            names = "--live",
            description = {
                "The guest that runs, or nothing.",
                "Default, as with virsh: a guest that runs, otherwise what it starts with."
            })
    private boolean isLive;

    @Option(
            names = "--persistent",
            description =
                    "What the domain starts with, and the guest that runs. Default: not both.")
    private boolean isPersistent;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = OptionTypes.TimeSpan.class,
            description = {
                "How long the IOhyp, QEMU and the guest may each take; then it is undone.",
                "Default: ${DEFAULT-VALUE}."
            })
    private Duration timeout;

    LibvirtOptions libvirt() {
        return libvirt;
    }

    String domain() {
        return domain;
    }

    boolean isLive() {
        return isLive;
    }

    boolean isPersistent() {
        return isPersistent;
    }

    /** Ends with the time, or with the wish to stop. */
    Patience patience(StopSignal stop) {
        return new Patience(timeout, stop::isWished);
    }
}
