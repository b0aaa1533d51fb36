// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.DirectIo;
import io.vrio.backends.block.DiskOptions;
import io.vrio.backends.net.NicSpec;
import io.vrio.backends.net.NicSpec.InterfaceSpec;
import io.vrio.cli.CommandFailedException;
import io.vrio.cli.Surroundings;
import io.vrio.cli.option.OptionTypes;
import io.vrio.cli.option.ProcessOptions;
import io.vrio.cli.option.WorkerSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** vrio local: one disk or NIC, served by a backend in the same process. */
@Command(
        name = "local",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "A disk or NIC of this machine, served to a guest without any network.",
            "Follows QEMU's conventions for vhost-user backend programs."
        })
public final class LocalCommand implements Callable<Integer> {
    private static final String PRINT_CAPABILITIES = "--print-capabilities";

    @Spec private CommandSpec spec;

    @Option(
            names = "--socket-path",
            paramLabel = "SOCKET",
            converter = OptionTypes.AbsolutePath.class,
            description = "Where to listen for QEMU.")
    private Path socket;

    @Option(
            names = "--fd",
            paramLabel = "N",
            converter = OptionTypes.Descriptor.class,
            description = "Inherited socket instead, 3 or more; it may listen or be connected.")
    private Integer descriptor;

    @Option(
            names = "--blk-file",
            paramLabel = "FILE",
            converter = OptionTypes.AbsolutePath.class,
            description = "File or block device that holds the disk.")
    private Path file;

    @Option(
            names = "--backend",
            paramLabel = "BACKEND",
            converter = OptionTypes.Backend.class,
            description = {
                "What the disk is made of, instead of --blk-file: as in vrio iohyp --disk,",
                "for example ram:1G or file:/srv/a.img,size=20G,direct."
            })
    private BackendSpec backend;

    @Option(
            names = "--nic",
            paramLabel = "BACKEND",
            converter = OptionTypes.NicBackend.class,
            description = {
                "A NIC instead of a disk: what it is made of, as in vrio iohyp --nic, but no",
                "switch; for example tap:vm1,bridge=br0."
            })
    private NicSpec nic;

    @Option(
            names = LocalType.OPTION,
            paramLabel = "block|net",
            converter = LocalType.Converter.class,
            description = {
                "What --print-capabilities tells of; the other options must agree.",
                "Default: net with --nic, otherwise block."
            })
    private LocalType type;

    @Option(names = "--read-only", description = "Refuse writes. Default: the guest may write.")
    private boolean isReadOnly;

    @Option(
            names = PRINT_CAPABILITIES,
            description = "Print what this program can, as JSON, and ignore all other options.")
    private boolean isCapabilitiesAsked;

    @Mixin private ProcessOptions process;
    private final Surroundings surroundings;

    public LocalCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Whether all other arguments are to be ignored, right or wrong. */
    public static boolean isCapabilitiesAsked(String[] arguments) {
        List<String> all = List.of(arguments);
        return all.indexOf("local") == 0 && all.contains(PRINT_CAPABILITIES);
    }

    @Override
    public Integer call() throws CommandFailedException {
        if ((socket == null) == (descriptor == null)) {
            throw wrong("give either --socket-path SOCKET or --fd N");
        }
        LocalDevice device = nic == null ? disk() : card();
        WorkerSettings workers = WorkerSettings.one(spec.commandLine(), process);
        DaemonRun run = new DaemonRun(surroundings, process.logLevel());
        SocketGroup group = SocketGroup.of(process.socketGroup());
        LocalSettings settings = new LocalSettings(device, socket, descriptor, workers, group);
        return run.run(() -> LocalDaemon.start(settings));
    }

    private LocalDevice disk() {
        if (type == LocalType.NET) {
            throw wrong("--type net needs --nic BACKEND");
        }
        if ((file == null) == (backend == null)) {
            throw wrong("give one of --blk-file FILE, --backend BACKEND and --nic BACKEND");
        }
        if (backend != null && isReadOnly) {
            throw wrong("--read-only goes with --blk-file; a BACKEND takes ,readonly");
        }
        DiskOptions options = new DiskOptions(isReadOnly, 0, "");
        return new LocalDisk(
                backend == null
                        ? new BackendSpec.FileSpec(file, 0, false, DirectIo.ANY, false, options)
                        : backend);
    }

    private LocalDevice card() {
        if (file != null || backend != null || isReadOnly || type == LocalType.BLOCK) {
            throw wrong("--nic excludes the options of disks; give one of both");
        }
        if (nic instanceof InterfaceSpec spec) {
            return new LocalNic(spec);
        }
        throw wrong("--nic: a switch is inside of vrio iohyp; legal here are tap, macvtap and raw");
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
