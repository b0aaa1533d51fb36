// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.clock.NanoClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.Nic;
import io.vrio.common.io.NicProperties;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;

/**
 * A card whose guest may have neighbours on the same VM host. A frame for one of them is handed to
 * it, all others pass. Owned by its device's owner; lives as long as the device; one worker.
 */
public final class ShortCircuitNic implements Nic, NetPort {
    /**
     * Limit: how long frames wait for a neighbour without receive buffers. A guest that does not
     * take them at all must not hold up what its neighbour sends to others: then they are dropped.
     */
    static final long PATIENCE_NS = 200_000;

    private static final int TYPE = 12;
    private static final int TYPE_VLAN = 0x8100;
    private static final int TYPE_VLAN_STACKED = 0x88A8;
    private static final int MAC_SHIFT = 16;

    /** The lowest bit of an address's first byte: more than one receiver. */
    private static final long GROUP = 1L << 40;

    private final ShortCircuit circuit;
    private final Nic next;
    private final NanoClock clock;
    private final Counters<ShortCircuitCounter> counters =
            new Counters<>(ShortCircuitCounter.class);
    private final NativeBuffer headerMemory = new NativeBuffer(NetFrame.ETHERNET_LENGTH);
    private final NetFrame checked = new NetFrame();
    private NetPort guest;
    private Runnable listener = () -> {};
    private NicProperties properties;
    private long refusedSinceNs;
    private boolean isRefusing;

    ShortCircuitNic(ShortCircuit circuit, Nic next, NanoClock clock) {
        this.circuit = circuit;
        this.next = next;
        this.clock = clock;
        properties = next.properties();
        next.onPropertiesChange(this::onPropertiesChange);
    }

    private void onPropertiesChange() {
        properties = next.properties();
        circuit.rebuild();
        listener.run();
    }

    @Override
    public NicProperties properties() {
        return properties;
    }

    @Override
    public boolean isReached() {
        return next.isReached();
    }

    @Override
    public NetPort port() {
        return this;
    }

    @Override
    public void connect(NetPort newGuest) {
        guest = newGuest;
        isRefusing = false;
        next.connect(newGuest);
    }

    @Override
    public void onPropertiesChange(Runnable newListener) {
        listener = newListener == null ? () -> {} : newListener;
    }

    @Override
    public Counters<NetDrop> drops() {
        return next.drops();
    }

    public Counters<ShortCircuitCounter> counters() {
        return counters;
    }

    @Override
    public boolean offer(NetFrame frame) {
        boolean mayBypass =
                properties.isLinkUp()
                        && !properties.broadcastDomain().isEmpty()
                        && frame.length() >= NetFrame.ETHERNET_LENGTH;
        if (!mayBypass) {
            return next.port().offer(frame);
        }
        // The guest may change its memory at any time: what is judged is what is handed over.
        MemorySlice header = headerMemory.slice();
        frame.data().copyTo(0, header, 0, NetFrame.ETHERNET_LENGTH);
        ShortCircuitNic neighbour = neighbour(header);
        if (neighbour == null || frame.invalidReason(neighbour.properties.mtu()) != null) {
            return next.port().offer(frame);
        }
        checked.beginLike(frame).data().add(header, 0, NetFrame.ETHERNET_LENGTH);
        int length = frame.length() - NetFrame.ETHERNET_LENGTH;
        checked.data().add(frame.data(), NetFrame.ETHERNET_LENGTH, length);
        return hand(neighbour);
    }

    /** Who gets a frame with this header on the short way, or null. */
    private ShortCircuitNic neighbour(MemorySlice header) {
        long target = header.getLongBigEndian(0) >>> MAC_SHIFT;
        long source = header.getLongBigEndian(TYPE - Long.BYTES) & (1L << 48) - 1;
        // The source lies in bytes 6 to 11, the last six of the eight before the type.
        int type = header.getUnsignedShortBigEndian(TYPE);
        boolean isPlain =
                (target & GROUP) == 0
                        && source == properties.mac()
                        && type != TYPE_VLAN
                        && type != TYPE_VLAN_STACKED;
        ShortCircuitNic found = isPlain ? circuit.find(target, properties.broadcastDomain()) : null;
        return found == this || found == null || found.guest == null ? null : found;
    }

    private boolean hand(ShortCircuitNic neighbour) {
        int length = checked.length();
        if (neighbour.guest.offer(checked)) {
            neighbour.isRefusing = false;
            counters.increment(ShortCircuitCounter.SHORT_CIRCUIT_FRAMES);
            counters.add(ShortCircuitCounter.SHORT_CIRCUIT_BYTES, length);
            return true;
        }
        if (!neighbour.isRefusing) {
            neighbour.isRefusing = true;
            neighbour.refusedSinceNs = clock.nanoTime();
        }
        if (clock.nanoTime() - neighbour.refusedSinceNs < PATIENCE_NS) {
            return false;
        }
        neighbour.next.drops().increment(NetDrop.NO_BUFFERS);
        return true;
    }

    @Override
    public void close() {
        circuit.leave(this);
        next.close();
        headerMemory.close();
    }
}
