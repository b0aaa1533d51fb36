// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How a daemon is connected to its peers, and how far it trusts the network. */
public final class NetworkOptions {
    @Option(
            names = "--interface",
            paramLabel = "IF",
            required = true,
            description = "Network interface to the peers; Ethernet, up.")
    private String interfaceName;

    @Option(
            names = "--address",
            paramLabel = "ADDR",
            required = true,
            converter = OptionTypes.Address.class,
            description = "Own IPv4 address on that interface.")
    private int address;

    @Option(
            names = "--mtu",
            paramLabel = "N",
            defaultValue = "65535",
            converter = OptionTypes.Mtu.class,
            description = {
                "Largest IP packet, 1280-65535 bytes.",
                "Default: the smaller MTU of the two interfaces."
            })
    private int mtu;

    @Option(
            names = "--peer-timeout",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = OptionTypes.TimeSpan.class,
            description = "A peer that is silent for so long is dead. Default: 5s.")
    private Duration peerTimeout;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = "File with the pre-shared key. Not available yet.")
    private Path keyFile;

    @Option(
            names = "--insecure",
            description = "No authentication and no encryption: for a trusted network.")
    private boolean isInsecure;

    /**
     * @throws ParameterException when the options do not go together
     */
    public void check(CommandLine command) {
        if (keyFile != null && isInsecure) {
            throw new ParameterException(
                    command, "--key-file and --insecure exclude each other; give one");
        }
        if (keyFile != null) {
            throw new ParameterException(
                    command,
                    "--key-file: encryption is not available yet; on a trusted network, give"
                            + " --insecure instead");
        }
        if (!isInsecure) {
            throw new ParameterException(
                    command,
                    "Missing --key-file FILE or --insecure: encryption is not available yet, so"
                            + " give --insecure if you trust the network");
        }
    }

    public String interfaceName() {
        return interfaceName;
    }

    public int address() {
        return address;
    }

    public int mtu() {
        return mtu;
    }

    public long peerTimeoutNs() {
        return peerTimeout.toNanos();
    }
}
