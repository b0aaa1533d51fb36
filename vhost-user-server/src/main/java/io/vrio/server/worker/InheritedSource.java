// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.UnixSocket;

/**
 * A socket that whoever started us has opened. Some hand over one that listens, others one that is
 * connected already: the socket itself knows.
 */
final class InheritedSource implements FrontendSource {
    private static final int NOTHING_TO_WATCH = -1;

    private final UnixSocket socket;
    private final boolean isListening;
    private boolean isGivenAway;

    /**
     * @throws ErrnoException when the descriptor is not a socket
     */
    InheritedSource(int descriptor) {
        socket = new UnixSocket(descriptor);
        isListening = socket.isListening();
        socket.setNonBlocking();
    }

    @Override
    public int fd() {
        return isListening ? socket.fd() : NOTHING_TO_WATCH;
    }

    @Override
    public UnixSocket next() {
        if (isListening) {
            return accept();
        }
        if (isGivenAway) {
            return null;
        }
        isGivenAway = true;
        return socket;
    }

    private UnixSocket accept() {
        try {
            return socket.accept();
        } catch (ErrnoException e) {
            if (e.errno() == Linux.EAGAIN || e.errno() == Linux.ECONNABORTED) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public String description() {
        return "fd:" + socket.fd();
    }

    @Override
    public void close() {
        if (!isGivenAway) {
            socket.close();
        }
    }
}
