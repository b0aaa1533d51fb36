// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.wire.FrameHeader;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine's end of a wire: the packet sockets of its processes' workers, each with a port of its
 * own. What comes for nobody is dropped. One thread.
 */
final class WireEnd implements AutoCloseable {
    private final Intruder wire;
    private final NativeBuffer scratch = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final FrameHeader header = new FrameHeader();
    private final List<ProcessLink> sockets = new ArrayList<>();

    WireEnd(Intruder wire) {
        this.wire = wire;
    }

    Intruder wire() {
        return wire;
    }

    ProcessLink open(int port) {
        ProcessLink socket = new ProcessLink(this, port);
        sockets.add(socket);
        return socket;
    }

    boolean hasSocket(int port) {
        for (ProcessLink socket : sockets) {
            if (socket.port() == port) {
                return true;
            }
        }
        return false;
    }

    /** Whether there is one socket, so that whatever comes can only be for it. */
    boolean isAlone() {
        return sockets.size() == 1;
    }

    void forget(ProcessLink socket) {
        sockets.remove(socket);
    }

    /** Everybody here has died. */
    void killAll() {
        List.copyOf(sockets).forEach(ProcessLink::die);
    }

    /** Gives a frame to whom it is for, if anybody is there. */
    void handOn(MemorySlice frame, int length) {
        int port = length < ProcessLink.SHORTEST ? -1 : header.wrap(frame).destinationPort();
        for (ProcessLink socket : sockets) {
            if (socket.port() == port) {
                socket.put(frame, length);
            }
        }
    }

    /** Takes all that has come off the wire. */
    void distribute() {
        int length;
        do {
            length = wire.receive(scratch.slice());
            handOn(scratch.slice(), length);
        } while (length > 0);
    }

    /** Drops what has come when there is nobody. */
    void dropUnheard() {
        if (sockets.isEmpty()) {
            distribute();
        }
    }

    @Override
    public void close() {
        wire.close();
        scratch.close();
    }
}
