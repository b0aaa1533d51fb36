// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import picocli.CommandLine.Option;

/** What the daemons that share their devices among several workers let the operator choose. */
public final class WorkerOptions {
    @Option(
            names = "--workers",
            paramLabel = "N|MIN-MAX",
            converter = OptionTypes.Workers.class,
            description = {
                "How many workers there are, 1-64; between two numbers it follows the load.",
                "Default: 1, or 1 to as many as --cpus names."
            })
    private WorkerCount workers;

    /** Null when the operator did not choose. */
    WorkerCount workers() {
        return workers;
    }
}
