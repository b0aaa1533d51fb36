// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.link.ScatterLink;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;

/** Makes what an association attempt of a server needs below it. Called on the worker's thread. */
public interface LinkFactory {
    /**
     * The Ethernet address of the next hop to the peer, or 0 while it is being looked for; asked
     * again after a while.
     */
    long resolve(IpAddress remoteAddress);

    /**
     * A link with a local port of its own, watched by the worker until closed.
     *
     * @throws io.vrio.transport.link.LinkException when there is none, with one line that says why
     */
    OpenLink open();

    /** A link and the local end that it was opened for. */
    interface OpenLink extends AutoCloseable {
        ScatterLink link();

        Endpoint local();

        @Override
        void close();
    }
}
