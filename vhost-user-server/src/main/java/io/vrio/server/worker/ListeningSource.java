// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.sys.UnixListener;
import io.vrio.common.sys.UnixSocket;

/** Frontends connect to a path of ours: the usual way. */
final class ListeningSource implements FrontendSource {
    private final UnixListener listener;

    ListeningSource(UnixListener listener) {
        this.listener = listener;
    }

    @Override
    public int fd() {
        return listener.fd();
    }

    @Override
    public UnixSocket next() {
        return listener.accept();
    }

    @Override
    public String description() {
        return listener.path().toString();
    }

    @Override
    public void close() {
        listener.close();
    }
}
