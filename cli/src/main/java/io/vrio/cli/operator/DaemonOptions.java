// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.control.ControlClient;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.control.ControlProtocol;
import io.vrio.cli.option.OptionTypes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which daemon is asked, and how its answer is printed. */
final class DaemonOptions {
    @Option(
            names = "--control",
            paramLabel = "PATH",
            converter = OptionTypes.AbsolutePath.class,
            description = {
                "Control socket of the daemon.",
                "Default: the daemon of this machine that runs,"
                        + " /run/vrio/server.control or /run/vrio/iohyp.control."
            })
    private Path control;

    @Mixin private FormatOption format;

    FormatOption format() {
        return format;
    }

    DaemonSession connect() throws CommandFailedException {
        try {
            return DaemonSession.open(ControlClient.connect(control == null ? found() : control));
        } catch (ControlException e) {
            throw new CommandFailedException(e.getMessage(), e);
        }
    }

    /** The default path at which a daemon answers. */
    private static Path found() throws ControlException {
        List<Path> answering = new ArrayList<>();
        for (Path path : List.of(ControlProtocol.SERVER_SOCKET, ControlProtocol.IOHYP_SOCKET)) {
            if (Files.exists(path) && isAnswering(path)) {
                answering.add(path);
            }
        }
        if (answering.size() == 1) {
            return answering.get(0);
        }
        String both = ControlProtocol.SERVER_SOCKET + " and " + ControlProtocol.IOHYP_SOCKET;
        throw new ControlException(
                answering.isEmpty()
                        ? "no daemon answers at "
                                + both
                                + ": start vrio server or vrio iohyp, or name its --control path"
                        : "daemons answer at " + both + ": choose one with --control PATH");
    }

    private static boolean isAnswering(Path path) throws ControlException {
        if (!Files.isReadable(path) || !Files.isWritable(path)) {
            // Not "no daemon": the operator may not know that it needs permission.
            return true;
        }
        return ControlClient.isAnswering(path);
    }
}
