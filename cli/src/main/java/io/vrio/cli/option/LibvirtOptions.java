// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import java.util.Map;
import picocli.CommandLine.Option;

/** Which libvirt is meant. */
public final class LibvirtOptions {
    @Option(
            names = "--connect",
            paramLabel = "URI",
            description = "The libvirt. Default: $LIBVIRT_DEFAULT_URI, or else qemu:///system.")
    private String uri;

    public String uri(Map<String, String> environment) {
        return uri == null
                ? environment.getOrDefault("LIBVIRT_DEFAULT_URI", "qemu:///system")
                : uri;
    }
}
