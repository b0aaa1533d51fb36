// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.backends.net.NicBackend;
import io.vrio.backends.net.NicCounter;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.NicProperties;
import java.util.Map;

/**
 * In front of a port of the real switch: compares what the switch does with each frame, and what it
 * counts, with the model. Can fail on demand.
 */
final class TracedPort implements NicBackend, NetPort {
    private final NetScenario.Card card;
    private final NicBackend next;
    private final SwitchWatch watch;
    private Runnable listener = () -> {};
    private String failure;
    private long given;

    TracedPort(NetScenario.Card card, NicBackend next, SwitchWatch watch) {
        this.card = card;
        this.next = next;
        this.watch = watch;
    }

    /** It is broken until it is opened again. */
    void fail() {
        failure = "the simulation says so";
        listener.run();
    }

    @Override
    public String failure() {
        return failure;
    }

    @Override
    public NicProperties properties() {
        return next.properties().withLink(failure == null && next.properties().isLinkUp());
    }

    @Override
    public NetPort port() {
        return this;
    }

    @Override
    public boolean offer(NetFrame frame) {
        SwitchWatch.Counts before = watch.counts();
        boolean isTaken = next.port().offer(frame);
        watch.onOffer(card, frame, isTaken, before);
        return isTaken;
    }

    @Override
    public void connect(NetPort guest) {
        next.connect(guest == null ? null : frame -> give(guest, frame));
        watch.onConnect(card, guest != null);
    }

    private boolean give(NetPort guest, NetFrame frame) {
        boolean isTaken = guest.offer(frame);
        given += isTaken ? 1 : 0;
        return isTaken;
    }

    @Override
    public void onPropertiesChange(Runnable newListener) {
        listener = newListener == null ? () -> {} : newListener;
        next.onPropertiesChange(newListener);
    }

    @Override
    public void setLink(boolean isUp) {
        next.setLink(isUp);
        watch.onLink(card, isUp);
    }

    /** What it has counted so far. */
    Counts counts() {
        Counters<NicCounter> carried = next.carried();
        return new Counts(
                carried.value(NicCounter.FRAMES_FROM_GUEST),
                carried.value(NicCounter.FRAMES_TO_GUEST),
                FrameLedger.sum(next.drops()));
    }

    /**
     * @param fromGuest frames of its guest that were sent on
     * @param toGuest frames that its guest's NIC has taken or dropped
     * @param dropped for any reason, in both directions
     */
    record Counts(long fromGuest, long toGuest, long dropped) {}

    @Override
    public Counters<NetDrop> drops() {
        return next.drops();
    }

    @Override
    public Counters<NicCounter> carried() {
        return next.carried();
    }

    @Override
    public Map<String, Long> counters() {
        return next.counters();
    }

    @Override
    public void close() {
        Leaks.check("frames to the guest of " + card.name(), counts().toGuest(), given);
        watch.onClose(card, this);
        next.close();
    }
}
