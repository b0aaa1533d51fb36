// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.Surroundings;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.option.DeviceNames;
import io.vrio.cli.option.NamedSocket;
import io.vrio.cli.option.NetworkOptions;
import io.vrio.cli.option.OptionTypes;
import io.vrio.cli.option.PeerAddress;
import io.vrio.cli.option.ProcessOptions;
import io.vrio.cli.option.WorkerOptions;
import io.vrio.cli.option.WorkerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** vrio server: the daemon of a VM host. */
@Command(
        name = "server",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "The daemon of a VM host: serves disks and NICs of an IOhyp to guests.")
public final class ServerCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private NetworkOptions network;

    @Option(
            names = "--peer",
            paramLabel = "ADDR[:N]",
            required = true,
            converter = OptionTypes.Peer.class,
            description = {
                "The IOhyp's address, and its port where that is not 8746; an IPv6 address with a port",
                "in brackets: [fd00::1]:8746."
            })
    private PeerAddress peer;

    @Option(
            names = "--disk",
            paramLabel = "NAME[=SOCKET]",
            converter = OptionTypes.Served.class,
            description = {
                "A disk of the IOhyp to serve; may be repeated.",
                "SOCKET is where QEMU connects. Default: NAME.sock in --socket-dir."
            })
    private List<NamedSocket> disks = new ArrayList<>();

    @Option(
            names = "--nic",
            paramLabel = "NAME[=SOCKET]",
            converter = OptionTypes.Served.class,
            description = {
                "A NIC of the IOhyp to serve; may be repeated.",
                "SOCKET is where QEMU connects. Default: NAME.sock in --socket-dir.",
                "QEMU before 8.0 without KVM needs vectors=0 for its device."
            })
    private List<NamedSocket> nics = new ArrayList<>();

    @Option(
            names = "--no-hang-up",
            description = {
                "While the link of a NIC is down, keep QEMU connected: its guest sees a silent network.",
                "Default: hang up, so that it sees a pulled cable. QEMU must be told to reconnect,",
                "which libvirt 9 forgets for hot-plugged NICs."
            })
    private boolean keepsConnected;

    @Option(
            names = "--socket-dir",
            paramLabel = "DIR",
            defaultValue = "/run/vrio",
            converter = OptionTypes.AbsolutePath.class,
            description = "Where the sockets of devices are. Default: ${DEFAULT-VALUE}.")
    private Path socketFolder;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            converter = OptionTypes.Name.class,
            description = {
                "This server's name at the IOhyp, unique there: disks and NICs are claimed under it.",
                "Default: its address."
            })
    private String name;

    @Option(
            names = "--io-timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = OptionTypes.TimeSpan.class,
            description = {
                "A request that the IOhyp's absence delays for so long becomes an I/O error.",
                "Default: 30s, before the guest's own patience ends."
            })
    private Duration ioTimeout;

    @Option(
            names = "--control",
            paramLabel = "PATH",
            defaultValue = "/run/vrio/server.control",
            converter = OptionTypes.AbsolutePath.class,
            description =
                    "Control socket, for vrio disk, vrio nic and their like. Default: ${DEFAULT-VALUE}.")
    private Path control;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            converter = OptionTypes.AbsolutePath.class,
            description = {
                "Where devices that were made at run time are remembered over restarts.",
                "Default: the path of --control with .state behind it, which a reboot forgets",
                "where that is in /run."
            })
    private Path stateFolder;

    @Mixin private WorkerOptions workers;
    @Mixin private ProcessOptions process;
    private final Surroundings surroundings;

    public ServerCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws CommandFailedException {
        network.checkServer(spec.commandLine());
        network.checkPeer(spec.commandLine(), peer);
        DeviceNames.check(
                spec.commandLine(), "--disk", disks.stream().map(NamedSocket::name).toList());
        DeviceNames.check(
                spec.commandLine(), "--nic", nics.stream().map(NamedSocket::name).toList());
        DaemonRun run = new DaemonRun(surroundings, process.logLevel());
        ServerSettings settings =
                new ServerSettings(
                        network,
                        peer,
                        name == null ? network.address().toString() : name,
                        disks,
                        nics,
                        !keepsConnected,
                        socketFolder,
                        stateFolder == null ? besideControl() : stateFolder,
                        ioTimeout.toNanos(),
                        control,
                        WorkerSettings.of(spec.commandLine(), process, workers),
                        SocketGroup.of(process.socketGroup()));
        checkSockets(settings);
        return run.run(() -> ServerDaemon.start(settings));
    }

    /** As the control socket, it is one server's alone. */
    private Path besideControl() {
        return control.resolveSibling(control.getFileName() + ".state");
    }

    /** Before anything is started. */
    private void checkSockets(ServerSettings settings) {
        SocketPaths paths = new SocketPaths();
        try {
            for (NamedSocket disk : disks) {
                paths.claim(settings.socket(disk), "disk " + disk.name());
            }
            for (NamedSocket nic : nics) {
                paths.claim(settings.socket(nic), "NIC " + nic.name());
            }
        } catch (ControlException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
    }
}
