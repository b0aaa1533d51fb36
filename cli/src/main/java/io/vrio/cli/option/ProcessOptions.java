// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What every daemon lets the operator choose for its process. */
public final class ProcessOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {
                "Options from a YAML file: its keys are the names of the options.",
                "The command line wins; options that may be repeated add up."
            })
    private Path config;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            converter = LogLevel.Converter.class,
            description = "error, warn, info, debug or trace. Default: info.")
    private LogLevel logLevel;

    @Option(
            names = "--spin-us",
            paramLabel = "N",
            defaultValue = "200",
            converter = OptionTypes.SpinTime.class,
            description = {
                "Microseconds a worker goes on polling after its last work at most, 0-1000.",
                "Default: 200; it adapts. More saves latency, less saves CPU time."
            })
    private int spinUs;

    @Option(
            names = {"--cpus", "--cpu"},
            paramLabel = "LIST",
            converter = OptionTypes.Cpus.class,
            description = {
                "CPUs that the workers stay on, for example 2 or 2-5,8: the first worker on the",
                "first, and so on. Default: wherever the kernel puts them."
            })
    private CpuList cpus;

    @Option(
            names = "--socket-group",
            paramLabel = "GROUP",
            description = {
                "Group whose members may connect to the sockets of devices, or to the control",
                "socket of an IOhyp (mode 0660). Default: kvm, where that exists, for devices."
            })
    private String socketGroup;

    public LogLevel logLevel() {
        return logLevel;
    }

    public long spinNs() {
        return spinUs * 1000L;
    }

    public CpuList cpus() {
        return cpus == null ? CpuList.ANY : cpus;
    }

    /** Null when the operator did not choose. */
    public String socketGroup() {
        return socketGroup;
    }
}
