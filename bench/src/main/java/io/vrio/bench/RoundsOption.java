// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import picocli.CommandLine.Option;

/** How often each run is repeated. */
public final class RoundsOption {
    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "runs of each, beside those that warm up; default ${DEFAULT-VALUE}")
    private int rounds;

    /**
     * @param rounds unless the user says otherwise
     */
    public RoundsOption(int rounds) {
        this.rounds = rounds;
    }

    public int rounds() {
        if (rounds < 1) {
            throw new IllegalArgumentException("--rounds must be positive");
        }
        return rounds;
    }
}
