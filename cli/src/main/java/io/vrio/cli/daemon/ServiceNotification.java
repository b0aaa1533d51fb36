// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.Linux;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells systemd how far the daemon is (sd_notify), when systemd asked for it. Main thread. */
final class ServiceNotification {
    static final String VARIABLE = "NOTIFY_SOCKET";

    private static final Logger LOG = LoggerFactory.getLogger(ServiceNotification.class);

    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int PATH_OFFSET = 2;
    private static final int PATH_LENGTH_MAX = 108;

    private final byte[] path;

    /**
     * @param path value of NOTIFY_SOCKET; null when nobody wants to know
     */
    ServiceNotification(String path) {
        this.path = path == null ? new byte[0] : path.getBytes(StandardCharsets.UTF_8);
        if (this.path.length > 0 && this.path[0] == '@') {
            // The abstract name space: names begin with a zero byte.
            this.path[0] = 0;
        }
    }

    void ready() {
        send("READY=1");
    }

    void stopping() {
        send("STOPPING=1");
    }

    private void send(String state) {
        if (path.length == 0 || path.length > PATH_LENGTH_MAX) {
            return;
        }
        try {
            send(state.getBytes(StandardCharsets.US_ASCII));
        } catch (ErrnoException e) {
            // The daemon serves all the same; systemd will say that it has heard nothing.
            LOG.warn("{} could not be told {}: {}", VARIABLE, state, e.getMessage());
        }
    }

    private void send(byte[] state) {
        int nameLength = PATH_OFFSET + path.length;
        int fd = Linux.check(Linux.socket(AF_UNIX, SOCK_DGRAM, 0), "socket AF_UNIX");
        try (NativeBuffer buffer = new NativeBuffer(nameLength + state.length)) {
            MemorySlice memory = buffer.slice();
            memory.putShort(0, (short) AF_UNIX);
            memory.putBytes(PATH_OFFSET, path, 0, path.length);
            memory.putBytes(nameLength, state, 0, state.length);
            // Safety: both are inside the buffer that was made for them.
            Linux.check(Linux.connect(fd, memory.address(0, nameLength), nameLength), "connect");
            long text = memory.address(nameLength, state.length);
            Linux.check(Linux.send(fd, text, state.length, MSG_NOSIGNAL), "send");
        } finally {
            Linux.close(fd);
        }
    }
}
