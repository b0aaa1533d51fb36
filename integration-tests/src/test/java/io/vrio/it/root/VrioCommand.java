// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.cli.StopSignal;
import io.vrio.cli.Surroundings;
import io.vrio.cli.Vrio;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A vrio command inside the process of the test, in one network namespace: a daemon that runs until
 * closed, or anything else to its end.
 */
final class VrioCommand implements StopSignal {
    private static final int READY_SECONDS_MAX = 20;

    private final CountDownLatch wish = new CountDownLatch(1);
    private final CountDownLatch printed = new CountDownLatch(1);
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Thread thread;
    private volatile int status = -1;

    private VrioCommand(String[] arguments) {
        // Made by a thread of the namespace, it and all threads that it makes live there too.
        thread = new Thread(() -> run(arguments), "vrio " + arguments[0]);
        thread.start();
    }

    private void run(String[] arguments) {
        PrintStream stream =
                new PrintStream(out, true, StandardCharsets.UTF_8) {
                    @Override
                    public void flush() {
                        super.flush();
                        printed.countDown();
                    }
                };
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        status = Vrio.run(arguments, new Surroundings(stream, errors, Map.of(), this));
        printed.countDown();
    }

    /** Starts a daemon; it serves when this returns. */
    static VrioCommand start(Namespace namespace, String... arguments) {
        VrioCommand daemon = namespace.call(() -> new VrioCommand(arguments));
        if (!daemon.isReady()) {
            daemon.stop();
            throw new AssertionError("not ready: " + daemon.errors());
        }
        return daemon;
    }

    private boolean isReady() {
        try {
            return printed.await(READY_SECONDS_MAX, TimeUnit.SECONDS)
                    && out.toString(StandardCharsets.UTF_8).equals("ready\n");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Runs a command to its end. */
    static CommandOutcome outcome(Namespace namespace, String... arguments) {
        VrioCommand command = namespace.call(() -> new VrioCommand(arguments));
        // A daemon that should not have started is stopped; all else ends by itself.
        command.isReady();
        command.stop();
        String printed = command.out.toString(StandardCharsets.UTF_8);
        return new CommandOutcome(command.status, printed, command.errors());
    }

    /** Runs a command that must fail with this status; returns what it said. */
    static String failure(int expectedStatus, Namespace namespace, String... arguments) {
        CommandOutcome outcome = outcome(namespace, arguments);
        return outcome.exitStatus() == expectedStatus
                ? outcome.err().strip()
                : "status " + outcome.exitStatus() + ": " + outcome.err();
    }

    /** Runs a command that must succeed; returns what it printed. */
    static String output(Namespace namespace, String... arguments) {
        return outcome(namespace, arguments).assertOk().out().strip();
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** The exit status, after {@link #stop}. */
    int status() {
        return status;
    }

    private void join() {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(READY_SECONDS_MAX));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void arm() {}

    @Override
    public void await() {
        try {
            wish.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isWished() {
        return wish.getCount() == 0;
    }

    @Override
    public void fail() {
        wish.countDown();
    }

    @Override
    public boolean hasFailed() {
        return false;
    }

    /** Stops a daemon, as SIGTERM does, and waits for its end. */
    void stop() {
        wish.countDown();
        join();
    }
}
