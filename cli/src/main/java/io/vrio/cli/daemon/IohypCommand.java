// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.Surroundings;
import io.vrio.cli.option.DeviceNames;
import io.vrio.cli.option.NamedBackend;
import io.vrio.cli.option.NamedNic;
import io.vrio.cli.option.NetworkOptions;
import io.vrio.cli.option.OptionTypes;
import io.vrio.cli.option.ProcessOptions;
import io.vrio.cli.option.WorkerOptions;
import io.vrio.cli.option.WorkerSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** vrio iohyp: the daemon of an I/O host. */
@Command(
        name = "iohyp",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "The daemon of an I/O host: executes the I/O of guests on other machines.")
public final class IohypCommand implements Callable<Integer> {
    private static final int PORT_MAX = 65_535;

    @Spec private CommandSpec spec;
    @Mixin private NetworkOptions network;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "" + OptionTypes.DEFAULT_PORT,
            converter = OptionTypes.Port.class,
            description = "TCP port that servers come to, 1-65535. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--disk",
            paramLabel = "NAME=BACKEND",
            converter = OptionTypes.ExportedDisk.class,
            description = {
                "A disk to export; may be repeated. BACKEND is",
                "file:PATH[,size=SIZE][,direct[,io=IO]][,preallocate], ram:SIZE or",
                "null:SIZE[,work=US], each with [,readonly][,blocksize=N][,serial=S].",
                "Default: the disks in --state-dir, made by vrio disk create."
            })
    private List<NamedBackend> disks = new ArrayList<>();

    @Option(
            names = "--nic",
            paramLabel = "NAME=BACKEND",
            converter = OptionTypes.ExportedNic.class,
            description = {
                "A NIC to export; may be repeated. BACKEND is",
                "tap:IFNAME[,bridge=BRIDGE], macvtap:LOWER, raw:IFNAME or",
                "switch:NAME[,vlan=N][,trunk=N+N-M], each with [,mac=MAC][,mtu=N][,spoof].",
                "Default: the NICs in --state-dir, made by vrio nic create."
            })
    private List<NamedNic> nics = new ArrayList<>();

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            defaultValue = "/var/lib/vrio",
            converter = OptionTypes.AbsolutePath.class,
            description = "Where devices are remembered over restarts. Default: ${DEFAULT-VALUE}.")
    private Path stateFolder;

    @Option(
            names = "--control",
            paramLabel = "PATH",
            defaultValue = "/run/vrio/iohyp.control",
            converter = OptionTypes.AbsolutePath.class,
            description =
                    "Control socket, for vrio disk, vrio nic and their like. Default: ${DEFAULT-VALUE}.")
    private Path control;

    @Mixin private WorkerOptions workers;
    @Mixin private ProcessOptions process;
    private final Surroundings surroundings;

    public IohypCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws CommandFailedException {
        network.checkIohyp(spec.commandLine());
        DeviceNames.check(
                spec.commandLine(), "--disk", disks.stream().map(NamedBackend::name).toList());
        DeviceNames.check(spec.commandLine(), "--nic", nics.stream().map(NamedNic::name).toList());
        WorkerSettings workerSettings = WorkerSettings.of(spec.commandLine(), process, workers);
        checkPorts(workerSettings.count().max());
        DaemonRun run = new DaemonRun(surroundings, process.logLevel());
        SocketGroup group = SocketGroup.ofOperators(process.socketGroup());
        IohypSettings settings =
                new IohypSettings(
                        network, port, disks, nics, stateFolder, control, workerSettings, group);
        return run.run(() -> IohypDaemon.start(settings));
    }

    private void checkPorts(int workersMax) {
        if (port + workersMax - 1 > PORT_MAX) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--port %d leaves no ports for %d workers: choose one up to %d"
                            .formatted(port, workersMax, PORT_MAX - workersMax + 1));
        }
    }
}
