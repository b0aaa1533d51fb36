// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import picocli.CommandLine.Option;

/** How long each run takes. */
public final class SecondsOption {
    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "length of a run; default ${DEFAULT-VALUE}")
    private double seconds;

    /**
     * @param seconds unless the user says otherwise
     */
    public SecondsOption(double seconds) {
        this.seconds = seconds;
    }

    public double seconds() {
        if (seconds <= 0) {
            throw new IllegalArgumentException("--seconds must be positive");
        }
        return seconds;
    }

    /** For programs that know no parts of a second. */
    public int whole() {
        if (seconds < 1 || seconds != Math.rint(seconds)) {
            throw new IllegalArgumentException("--seconds must be whole and positive");
        }
        return (int) seconds;
    }
}
