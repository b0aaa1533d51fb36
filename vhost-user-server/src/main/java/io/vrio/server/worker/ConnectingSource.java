// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.clock.NanoClock;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.UnixSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The frontend listens (QEMU's server mode) and we connect, again and again, since either side may
 * be started first and restarted at any time.
 */
final class ConnectingSource implements FrontendSource {
    private static final int NOTHING_TO_WATCH = -1;

    /** Limit: the pause doubles up to this one, and stays there. */
    private static final long PAUSE_MAX_NS = TimeUnit.SECONDS.toNanos(2);

    private static final long PAUSE_MIN_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Path path;
    private final NanoClock clock;
    private long pauseNs = PAUSE_MIN_NS;
    private long retryNs;

    ConnectingSource(Path path, NanoClock clock) {
        this.path = path;
        this.clock = clock;
        retryNs = clock.nanoTime();
    }

    @Override
    public int fd() {
        return NOTHING_TO_WATCH;
    }

    @Override
    public UnixSocket next() {
        long nowNs = clock.nanoTime();
        if (nowNs - retryNs < 0) {
            return null;
        }
        retryNs = nowNs + pauseNs;
        try {
            UnixSocket socket = UnixSocket.connectNow(path);
            pauseNs = PAUSE_MIN_NS;
            return socket;
        } catch (ErrnoException e) {
            // Nobody there yet: the usual case while QEMU is not running.
            pauseNs = Math.min(2 * pauseNs, PAUSE_MAX_NS);
            return null;
        }
    }

    @Override
    public long deadlineNs() {
        return retryNs;
    }

    @Override
    public String description() {
        return "connect:" + path;
    }

    @Override
    public void close() {
        // Holds nothing: a connection belongs to its session.
    }
}
