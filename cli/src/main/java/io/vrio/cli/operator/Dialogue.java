// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.Surroundings;
import java.util.Map;

/** Asks a daemon one question and prints its answer. */
final class Dialogue {
    private final Surroundings surroundings;

    Dialogue(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    Printer printer(DaemonOptions daemon) {
        return printer(daemon.format());
    }

    Printer printer(FormatOption format) {
        return new Printer(surroundings.out(), format.format());
    }

    /** All that the answer, one object, says. */
    void show(DaemonOptions daemon, String command, Map<String, ?> arguments)
            throws CommandFailedException {
        try (DaemonSession session = daemon.connect()) {
            printer(daemon).object(session.ask(command, arguments));
        }
    }

    /** Changes something; people are told nothing when it is done. */
    void change(DaemonOptions daemon, String command, Map<String, ?> arguments)
            throws CommandFailedException {
        try (DaemonSession session = daemon.connect()) {
            printer(daemon).done(session.ask(command, arguments));
        }
    }
}
