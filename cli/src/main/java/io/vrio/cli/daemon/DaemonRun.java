// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendException;
import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.Surroundings;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.option.LogLevel;
import io.vrio.common.state.StateException;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.SocketPathException;
import io.vrio.transport.link.LinkException;
import java.lang.Thread.UncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of a daemon: started, ready, until it shall stop. Main thread. */
final class DaemonRun {
    /** Opens everything, or nothing and throws. */
    @FunctionalInterface
    interface Start {
        AutoCloseable start()
                throws CommandFailedException, BackendException, ControlException, StateException;
    }

    private final Surroundings surroundings;

    DaemonRun(Surroundings surroundings, LogLevel logLevel) {
        this.surroundings = surroundings;
        Logging.configure(logLevel, surroundings.environment());
    }

    /**
     * Returns the exit status, after the stop.
     *
     * @throws CommandFailedException with one line, when it could not be started
     */
    int run(Start start) throws CommandFailedException {
        surroundings.stop().arm();
        UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler(this::onFault);
        try (CloseStack opened = new CloseStack()) {
            opened.add(started(start));
            String socket = surroundings.environment().get(ServiceNotification.VARIABLE);
            ServiceNotification notification = new ServiceNotification(socket);
            // What the start has left is moved where it stays, now that it pauses nobody: the first
            // two collections under load would each do it for 13 ms. Later ones take half of one.
            System.gc();
            surroundings.out().println("ready");
            surroundings.out().flush();
            notification.ready();
            surroundings.stop().await();
            notification.stopping();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        return surroundings.stop().hasFailed() ? ExitStatus.FAILED : ExitStatus.OK;
    }

    private static AutoCloseable started(Start start) throws CommandFailedException {
        try {
            Linux.selfTest();
            return start.start();
        } catch (BackendException
                | ControlException
                | ErrnoException
                | LinkException
                | SocketPathException
                | StateException e) {
            throw new CommandFailedException(e.getMessage(), e);
        }
    }

    /** A daemon without its worker serves nobody: its supervisor shall start it anew. */
    private void onFault(Thread thread, Throwable fault) {
        logger().error(
                        "thread={} died, stopping: a fault of this program",
                        thread.getName(),
                        fault);
        surroundings.stop().fail();
    }

    /** Not before the logging is configured. */
    private static Logger logger() {
        return LoggerFactory.getLogger(DaemonRun.class);
    }
}
