// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.protocol.VhostUserMessage;

/**
 * The socket by which a server speaks to its frontend unasked. Nothing is ever awaited on it: the
 * frontend may be waiting for us on the other socket at that very time.
 */
final class BackChannel implements AutoCloseable {
    private final UnixSocket socket;
    private final NativeBuffer buffer = new NativeBuffer(VhostUserMessage.LENGTH_MAX);
    private final VhostUserMessage message = new VhostUserMessage(buffer.slice());

    BackChannel(int descriptor) {
        socket = new UnixSocket(descriptor);
    }

    /** Tells that the configuration space reads differently; returns whether that was sent. */
    boolean sendConfigChange() {
        message.beginRequest(VhostUserMessage.CONFIG_CHANGE_MSG);
        return socket.sendNow(message.bytes(), 0, message.length());
    }

    @Override
    public void close() {
        socket.close();
        buffer.close();
    }
}
