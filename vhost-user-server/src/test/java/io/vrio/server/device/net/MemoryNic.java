// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.Nic;
import io.vrio.common.io.NicProperties;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A fixture: a NIC without a network. Keeps copies of what the guest sends, or has no room for it;
 * gives the guest what a test makes up.
 */
public final class MemoryNic implements Nic {
    public static final long MAC = 0x5254_0012_3456L;

    private final NativeBuffer buffer = new NativeBuffer(NetFrame.LENGTH_MAX + 1);
    private final MemorySlice memory = buffer.slice();
    private final NetFrame frame = new NetFrame();
    private final List<Sent> sent = new ArrayList<>();
    private final Counters<NetDrop> drops = new Counters<>(NetDrop.class);
    private NicProperties properties = new NicProperties(MAC, 1500, true, "");
    private NetPort guest;
    private Runnable listener;
    private int pieceCountMax;
    private Error nextError;
    private boolean isFull;
    private boolean isEcho;
    private int guestsLeft;

    /** A frame of the guest, as it came. */
    public record Sent(
            int queue,
            int flags,
            int gsoType,
            int gsoSize,
            int checksumStart,
            int checksumOffset,
            byte[] data) {}

    @Override
    public NicProperties properties() {
        return properties;
    }

    @Override
    public NetPort port() {
        return this::take;
    }

    private boolean take(NetFrame taken) {
        if (nextError != null) {
            Error error = nextError;
            nextError = null;
            throw error;
        }
        if (isFull) {
            return false;
        }
        if (isEcho) {
            return guest.offer(taken);
        }
        pieceCountMax = Math.max(pieceCountMax, taken.data().count());
        int length = taken.length();
        byte[] data = new byte[length];
        taken.data().copyTo(0, memory, 0, length);
        MemoryFaults.raisePending();
        memory.getBytes(0, data, 0, length);
        sent.add(
                new Sent(
                        taken.queue(),
                        taken.flags(),
                        taken.gsoType(),
                        taken.gsoSize(),
                        taken.checksumStart(),
                        taken.checksumOffset(),
                        data));
        return true;
    }

    /** What the guest has sent so far. */
    public List<Sent> sent() {
        return sent;
    }

    /** The next frame of the guest ends so, and nothing is done for it. */
    public void failNext(Error error) {
        nextError = error;
    }

    /** How many pieces the most cut-up frame came in. */
    public int pieceCountMax() {
        return pieceCountMax;
    }

    /** Whether it has no room for what the guest sends. */
    public void setFull(boolean isNowFull) {
        isFull = isNowFull;
    }

    /** Sends everything back, whatever it is, while the guest still owns the memory. */
    public void echo() {
        isEcho = true;
    }

    /** Gives the guest a frame that is complete; returns whether it was taken. */
    public boolean deliver(byte[] data) {
        return deliver(frame(data));
    }

    public boolean deliver(NetFrame offered) {
        return guest.offer(offered);
    }

    /** A frame of this content, for a test to say more of; one at a time. */
    public NetFrame frame(byte[] data) {
        memory.putBytes(0, data, 0, data.length);
        frame.begin(0).data().add(memory, 0, data.length);
        return frame;
    }

    public boolean isConnected() {
        return guest != null;
    }

    /** Becomes another NIC, and tells. */
    public void change(NicProperties newProperties) {
        properties = newProperties;
        if (listener != null) {
            listener.run();
        }
    }

    @Override
    public void connect(NetPort newGuest) {
        guest = newGuest;
        guestsLeft += newGuest == null ? 1 : 0;
    }

    /** How often nobody was connected any more. */
    int guestsLeft() {
        return guestsLeft;
    }

    @Override
    public void onPropertiesChange(Runnable newListener) {
        listener = newListener;
    }

    @Override
    public Counters<NetDrop> drops() {
        return drops;
    }

    @Override
    public void close() {
        buffer.close();
    }
}
