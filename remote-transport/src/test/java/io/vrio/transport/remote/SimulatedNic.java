// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.Nic;
import io.vrio.common.io.NicProperties;
import io.vrio.common.memory.NativeBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A network card in memory: notes the frames it is given, unless it has no room, and has frames of
 * its own for whoever is connected. Also the guest's side of one. One thread.
 */
public final class SimulatedNic implements Nic, NetPort {
    private final Counters<NetDrop> drops = new Counters<>(NetDrop.class);
    private final List<Taken> taken = new ArrayList<>();
    private final NativeBuffer memory = new NativeBuffer(NetFrame.LENGTH_MAX);
    private final NetFrame frame = new NetFrame();
    private NicProperties properties = new NicProperties(0x5254_0000_0001L, 1500, true, "");
    private Runnable listener = () -> {};
    private int guestsLeft;
    private NetPort guest;
    private NetPort network;
    private int room = Integer.MAX_VALUE;
    private int takenCount;
    private boolean isKeeping = true;

    /** A frame as it was taken. */
    public record Taken(
            int queue,
            int flags,
            int gsoType,
            int headerLength,
            int gsoSize,
            int checksumStart,
            int checksumOffset,
            byte[] bytes) {
        static Taken of(NetFrame frame) {
            byte[] bytes = new byte[frame.length()];
            try (NativeBuffer copy = new NativeBuffer(Math.max(1, bytes.length))) {
                frame.data().copyTo(0, copy.slice(), 0, bytes.length);
                copy.slice().getBytes(0, bytes, 0, bytes.length);
            }
            return new Taken(
                    frame.queue(),
                    frame.flags(),
                    frame.gsoType(),
                    frame.headerLength(),
                    frame.gsoSize(),
                    frame.checksumStart(),
                    frame.checksumOffset(),
                    bytes);
        }
    }

    @Override
    public NicProperties properties() {
        return properties;
    }

    /** It is another one from now on, and says so. */
    public void become(NicProperties newProperties) {
        properties = newProperties;
        listener.run();
    }

    @Override
    public NetPort port() {
        return this;
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

    public boolean isConnected() {
        return guest != null;
    }

    @Override
    public void onPropertiesChange(Runnable newListener) {
        listener = newListener == null ? () -> {} : newListener;
    }

    @Override
    public Counters<NetDrop> drops() {
        return drops;
    }

    @Override
    public boolean offer(NetFrame offered) {
        if (network != null) {
            return network.offer(offered);
        }
        if (room == 0) {
            return false;
        }
        room--;
        takenCount++;
        if (isKeeping) {
            taken.add(Taken.of(offered));
        }
        return true;
    }

    /** Frames go there from now on. */
    public void forward(NetPort newNetwork) {
        network = newNetwork;
    }

    /** Frames are only counted from now on: for floods. */
    public void onlyCount() {
        isKeeping = false;
    }

    /** So many frames more are taken. */
    public void room(int frames) {
        room = frames;
    }

    /** The frames taken since the last call. */
    public List<Taken> takeFrames() {
        List<Taken> copy = List.copyOf(taken);
        taken.clear();
        takenCount = 0;
        return copy;
    }

    /** How many frames have been taken since the last {@link #takeFrames}. */
    public int takenCount() {
        return takenCount;
    }

    /** A frame on its way to the guest; false when there is no room for it. */
    public boolean send(int queue, byte[] bytes) {
        return guest.offer(frame(queue, bytes));
    }

    /** A frame of somebody else's on its way to the guest; false when there is no room for it. */
    public boolean send(NetFrame other) {
        return guest.offer(other);
    }

    /** A frame with these bytes, until the next one. */
    public NetFrame frame(int queue, byte[] bytes) {
        memory.slice().putBytes(0, bytes, 0, bytes.length);
        frame.begin(queue).data().add(memory.slice(), 0, bytes.length);
        return frame;
    }

    @Override
    public void close() {
        guest = null;
        listener = () -> {};
        memory.close();
    }
}
