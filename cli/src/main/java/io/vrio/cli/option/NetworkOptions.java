// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import io.vrio.common.clock.NanoClock;
import io.vrio.transport.link.LinkKind;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.secure.FileKeyRing;
import io.vrio.transport.secure.KeyFile;
import io.vrio.transport.secure.KeyFileException;
import io.vrio.transport.secure.KeyRing;
import io.vrio.transport.secure.PresharedKey;
import io.vrio.transport.wire.IpAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
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
            description = "Own IPv4 or IPv6 address on that interface.")
    private ScopedAddress address;

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
            names = "--link",
            paramLabel = "KIND",
            defaultValue = "packet",
            converter = OptionTypes.Link.class,
            description = {
                "packet: all frames by a packet socket. xdp: short ones by AF_XDP, for latency;",
                "where that cannot be, packet, and the log says why. Default: packet."
            })
    private LinkKind link;

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
            converter = OptionTypes.AbsolutePath.class,
            description = {
                "The pre-shared keys, mode 0600 (vrio key create). Server: a file with its key.",
                "IOhyp: a folder with a file NAME.key, or a file with a line NAME KEY, per server."
            })
    private Path keyFile;

    @Option(
            names = "--insecure",
            description = "No authentication and no encryption: for a trusted network.")
    private boolean isInsecure;

    private Optional<PresharedKey> key = Optional.empty();
    private Optional<KeyRing> keys = Optional.empty();

    /**
     * Checks the options, and reads the key of a server.
     *
     * @throws ParameterException when the options do not go together, or there is no key
     */
    public void checkServer(CommandLine command) {
        check(command);
        if (keyFile != null) {
            try {
                key = Optional.of(KeyFile.read(keyFile));
            } catch (KeyFileException e) {
                throw new ParameterException(command, "--key-file: " + e.getMessage());
            }
        }
    }

    /**
     * Checks the options, and reads the keys of all servers.
     *
     * @throws ParameterException when the options do not go together, or a key is wrong
     */
    public void checkIohyp(CommandLine command) {
        check(command);
        if (keyFile != null) {
            try {
                keys = Optional.of(FileKeyRing.open(keyFile, NanoClock.SYSTEM));
            } catch (KeyFileException e) {
                throw new ParameterException(command, "--key-file: " + e.getMessage());
            }
        }
    }

    /**
     * @throws ParameterException when no frame could go from our address to the peer's
     */
    public void checkPeer(CommandLine command, PeerAddress peer) {
        if (peer.address().version() != address().version()) {
            throw new ParameterException(
                    command,
                    "--address %s is %s, but --peer %s is %s; give two of the same"
                            .formatted(
                                    address,
                                    address().version(),
                                    peer.host(),
                                    peer.address().version()));
        }
        checkScope(command, "--peer", peer.host());
    }

    private void checkScope(CommandLine command, String option, ScopedAddress scoped) {
        if (!scoped.isOn(interfaceName)) {
            throw new ParameterException(
                    command,
                    "%s %s is not on --interface %s; name that one, or none"
                            .formatted(option, scoped, interfaceName));
        }
    }

    private void check(CommandLine command) {
        checkScope(command, "--address", address);
        if (keyFile != null && isInsecure) {
            throw new ParameterException(
                    command, "--key-file and --insecure exclude each other; give one");
        }
        if (keyFile == null && !isInsecure) {
            throw new ParameterException(
                    command,
                    "Missing --key-file FILE (vrio key create makes one), or --insecure if you"
                            + " trust the network");
        }
    }

    /** What a server shares with its IOhyp; empty on a trusted network. */
    public Optional<PresharedKey> key() {
        return key;
    }

    /** What an IOhyp shares with its servers; empty on a trusted network. */
    public Optional<KeyRing> keys() {
        return keys;
    }

    public boolean isInsecure() {
        return isInsecure;
    }

    /**
     * Looks whether interface, address and permission are there, before anything is made.
     *
     * @throws io.vrio.transport.link.LinkException with one line that says what to do
     */
    public void checkInterface() {
        NetworkPort.open(interfaceName, address()).close();
    }

    public String interfaceName() {
        return interfaceName;
    }

    public IpAddress address() {
        return address.address();
    }

    public int mtu() {
        return mtu;
    }

    /**
     * What short frames of a worker shall go by. The queues of an interface take one AF_XDP socket
     * each, and no thread shares one with another: they are the first worker's, which has all NICs.
     */
    public LinkKind link(int workerIndex) {
        return workerIndex == 0 ? link : LinkKind.PACKET;
    }

    public long peerTimeoutNs() {
        return peerTimeout.toNanos();
    }
}
