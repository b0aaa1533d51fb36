// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.control;

import io.vrio.common.clock.NanoClock;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers operators at the control socket, on a thread of its own: one request at a time, in the
 * order they come, so that commands never meet. A slow or silent client delays nobody.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    /** Limit: clients at once; a further one is told so and hung up on. */
    static final int CLIENTS_MAX = 16;

    /** Limit: how long the end waits for a request that is being executed. */
    private static final long CLOSE_WAIT_MS = 2_000;

    private final ControlSocket socket;
    private final Selector selector;
    private final ControlDispatch dispatch;
    private final NanoClock clock;
    private final long patienceNs;
    private final Thread thread = new Thread(this::run, "control");
    private volatile boolean isStopping;

    private ControlServer(
            ControlSocket socket, Selector selector, ControlDispatch dispatch, Options options) {
        this.socket = socket;
        this.selector = selector;
        this.dispatch = dispatch;
        clock = options.clock();
        patienceNs = options.patienceNs();
    }

    /**
     * @param group who may connect besides the owner
     * @param patienceNs how long a client may take for a request, or to read an answer
     */
    public record Options(
            Path path, Optional<GroupPrincipal> group, NanoClock clock, long patienceNs) {
        public Options(Path path, Optional<GroupPrincipal> group) {
            this(path, group, NanoClock.SYSTEM, TimeUnit.SECONDS.toNanos(30));
        }
    }

    /**
     * Listens from now on; answers from {@link #start} on.
     *
     * @throws ControlException with one line, when nobody can listen there
     */
    public static ControlServer open(Options options, Map<String, ControlCommand> commands)
            throws ControlException {
        ControlSocket socket = ControlSocket.open(options.path(), options.group());
        try {
            Selector selector = Selector.open();
            socket.channel().register(selector, SelectionKey.OP_ACCEPT);
            return new ControlServer(socket, selector, new ControlDispatch(commands), options);
        } catch (IOException e) {
            socket.close();
            throw new ControlException("cannot watch the control socket: " + e.getMessage(), e);
        }
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!isStopping) {
                selector.select(this::onReady, TimeUnit.NANOSECONDS.toMillis(patienceNs) / 2 + 1);
                dropSilent();
            }
        } catch (IOException e) {
            LOG.error("control socket ends, the daemon goes on without it: {}", e.getMessage());
        } finally {
            selector.keys().forEach(this::hangUp);
        }
    }

    private void onReady(SelectionKey key) {
        if (key.isAcceptable()) {
            accept();
        } else if (key.attachment() instanceof ControlConnection connection) {
            serve(key, connection);
        }
    }

    private void accept() {
        try {
            SocketChannel channel = socket.channel().accept();
            if (channel == null) {
                return;
            }
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            ControlConnection connection =
                    new ControlConnection(channel, key, dispatch, clock.nanoTime());
            key.attach(connection);
            if (clientCount() > CLIENTS_MAX) {
                connection.refuse("more than " + CLIENTS_MAX + " clients; try again");
                hangUp(key);
            }
        } catch (IOException e) {
            LOG.warn("a control client was not accepted: {}", e.getMessage());
        }
    }

    private long clientCount() {
        return selector.keys().stream()
                .filter(key -> key.attachment() != null && key.isValid())
                .count();
    }

    private void serve(SelectionKey key, ControlConnection connection) {
        try {
            if (!connection.onReady(clock.nanoTime())) {
                hangUp(key);
            }
        } catch (IOException e) {
            LOG.debug("a control client went away: {}", e.getMessage());
            hangUp(key);
        }
    }

    private void dropSilent() {
        long nowNs = clock.nanoTime();
        for (SelectionKey key : selector.keys()) {
            boolean isSilent =
                    key.attachment() instanceof ControlConnection connection
                            && nowNs - connection.lastProgressNs() > patienceNs;
            if (isSilent) {
                hangUp(key);
            }
        }
    }

    private void hangUp(SelectionKey key) {
        try {
            if (key.attachment() instanceof ControlConnection connection) {
                connection.close();
            }
        } catch (IOException e) {
            LOG.debug("closing a control client", e);
        }
    }

    /** Hangs up on all, and removes the socket. Does not wait for long. */
    @Override
    public void close() {
        isStopping = true;
        selector.wakeup();
        try {
            thread.join(CLOSE_WAIT_MS);
            if (thread.isAlive()) {
                // It waits for a worker that does not answer any more.
                thread.interrupt();
                thread.join(CLOSE_WAIT_MS);
            }
            selector.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("closing the selector of the control socket", e);
        }
        socket.close();
    }
}
