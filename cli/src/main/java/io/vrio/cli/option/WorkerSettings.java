// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * What an operator chose for the workers of a daemon, checked.
 *
 * @param spinNs how long a worker polls after its last work at most
 */
public record WorkerSettings(WorkerCount count, CpuList cpus, long spinNs) {
    /** Those of a daemon that has one. */
    public static WorkerSettings one(CommandLine command, ProcessOptions process) {
        return of(command, process, WorkerCount.ONE);
    }

    public static WorkerSettings of(
            CommandLine command, ProcessOptions process, WorkerOptions options) {
        WorkerCount chosen = options.workers();
        WorkerCount count = chosen == null ? WorkerCount.byDefault(process.cpus()) : chosen;
        return of(command, process, count);
    }

    private static WorkerSettings of(
            CommandLine command, ProcessOptions process, WorkerCount count) {
        CpuList cpus = process.cpus();
        int named = cpus.numbers().size();
        if (!cpus.isEmpty() && named != count.max()) {
            throw new ParameterException(
                    command,
                    "there may be %d workers, and --cpus names %d CPUs: name one for each"
                            .formatted(count.max(), named));
        }
        return new WorkerSettings(count, cpus, process.spinNs());
    }
}
