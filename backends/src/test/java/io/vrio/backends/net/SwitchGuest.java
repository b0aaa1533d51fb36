// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.util.ArrayList;
import java.util.List;

/** A guest at a port of a switch: sends what it is told to, remembers what it gets. */
final class SwitchGuest implements NetPort, AutoCloseable {
    private final NativeBuffer memory = new NativeBuffer(1 << 16);
    private final NetFrame frame = new NetFrame();
    private final List<SwitchedCopy> received = new ArrayList<>();
    private final SwitchPort port;
    private NetFrame last;
    private boolean isFull;

    SwitchGuest(SwitchPort port) {
        this.port = port;
        port.connect(this);
    }

    SwitchPort port() {
        return port;
    }

    void isFull(boolean isFullNow) {
        isFull = isFullNow;
    }

    @Override
    public boolean offer(NetFrame offered) {
        if (isFull) {
            return false;
        }
        received.add(SwitchedCopy.of(offered));
        last = new NetFrame().beginLike(offered);
        return true;
    }

    /** Sends a frame; returns why it was dropped, or null. */
    NetDrop send(SwitchedCopy copy) {
        frame.begin(0).data().add(memory.slice(), 0, copy.write(memory.slice()));
        return send(frame);
    }

    NetDrop send(long target, long source, int mark) {
        return send(SwitchedCopy.untagged(target, source, mark));
    }

    /** Whether a frame was taken, or held back. */
    boolean offers(long target, long source, int mark) {
        SwitchedCopy copy = SwitchedCopy.untagged(target, source, mark);
        frame.begin(0).data().add(memory.slice(), 0, copy.write(memory.slice()));
        return port.offer(frame);
    }

    NetDrop send(NetFrame prepared) {
        long[] before = dropped();
        if (!port.offer(prepared)) {
            throw new AssertionError("held back");
        }
        long[] after = dropped();
        NetDrop reason = null;
        for (NetDrop drop : NetDrop.values()) {
            reason = after[drop.ordinal()] > before[drop.ordinal()] ? drop : reason;
        }
        return reason;
    }

    private long[] dropped() {
        long[] values = new long[NetDrop.values().length];
        for (NetDrop drop : NetDrop.values()) {
            values[drop.ordinal()] = port.drops().value(drop);
        }
        return values;
    }

    long dropped(NetDrop reason) {
        return port.drops().value(reason);
    }

    /** For frames that are longer, or other, than {@link #send} makes them. */
    MemorySlice memory() {
        return memory.slice();
    }

    /** What came since the last look. */
    List<SwitchedCopy> take() {
        List<SwitchedCopy> taken = List.copyOf(received);
        received.clear();
        return taken;
    }

    /** What the last frame says about itself, without data. */
    NetFrame last() {
        return last;
    }

    @Override
    public void close() {
        port.close();
        memory.close();
    }
}
