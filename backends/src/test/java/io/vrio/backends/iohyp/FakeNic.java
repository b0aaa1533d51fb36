// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.net.NicBackend;
import io.vrio.backends.net.NicCounter;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.NicProperties;
import java.util.Map;

/** A NIC that remembers what was done to it, and fails once a test says so. */
final class FakeNic implements NicBackend {
    private final Counters<NicCounter> carried = new Counters<>(NicCounter.class);
    private final Counters<NetDrop> drops = new Counters<>(NetDrop.class);
    private Runnable listener = () -> {};
    private NetPort guest;
    private String failure;
    private boolean isLinkUp = true;
    private boolean isClosed;

    void fail(String reason) {
        failure = reason;
        listener.run();
    }

    /** Frames that were offered by the guest. */
    long taken() {
        return carried.value(NicCounter.FRAMES_FROM_GUEST);
    }

    NetPort guest() {
        return guest;
    }

    boolean isClosed() {
        return isClosed;
    }

    @Override
    public void setLink(boolean isUp) {
        if (isUp != isLinkUp) {
            isLinkUp = isUp;
            listener.run();
        }
    }

    @Override
    public String failure() {
        return failure;
    }

    @Override
    public NicProperties properties() {
        return new NicProperties(0x52_54_00_00_00_01L, 9000, isLinkUp && failure == null, "");
    }

    @Override
    public NetPort port() {
        return frame -> {
            carried.increment(NicCounter.FRAMES_FROM_GUEST);
            return true;
        };
    }

    @Override
    public void connect(NetPort newGuest) {
        guest = newGuest;
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
    public Counters<NicCounter> carried() {
        return carried;
    }

    @Override
    public Map<String, Long> counters() {
        return carried.snapshot();
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
