// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.control.ControlClient;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.control.ControlledServer;
import io.vrio.cli.option.OptionTypes;
import io.vrio.libvirt.admin.DeviceServer;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The server that is asked, by verbs that an IOhyp cannot answer: it knows no sockets. */
final class ServerOptions {
    @Option(
            names = "--control",
            paramLabel = "PATH",
            converter = OptionTypes.AbsolutePath.class,
            defaultValue = "/run/vrio/server.control",
            description = "Control socket of the server. Default: /run/vrio/server.control.")
    private Path control;

    /** Its devices, each question by a connection of its own. */
    DeviceServer devices() {
        return new ControlledServer(control);
    }

    DaemonSession connect() throws CommandFailedException {
        DaemonSession session = open();
        if (session.isIohyp()) {
            session.close();
            throw new CommandFailedException(
                    "at "
                            + control
                            + " is an IOhyp, and guests' sockets are at a server: run this on the"
                            + " VM host");
        }
        return session;
    }

    private DaemonSession open() throws CommandFailedException {
        try {
            return DaemonSession.open(ControlClient.connect(control));
        } catch (ControlException e) {
            throw new CommandFailedException(e.getMessage(), e);
        }
    }
}
