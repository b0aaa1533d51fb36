// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.Nic;
import io.vrio.common.io.NicProperties;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.flow.FrameFlow;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.message.SegmentHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network card of the I/O host as the server uses it. While the peer is away its link is down and
 * frames are dropped. Lives as long as the device; one worker.
 */
public final class RemoteNic implements Nic, NetPort {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteNic.class);

    private final String name;
    private final int flow;
    private final RemotePeer peer;
    private final NanoClock clock;
    private final Counters<NetDrop> drops = new Counters<>(NetDrop.class);
    private final Counters<RemoteNicCounter> counters = new Counters<>(RemoteNicCounter.class);
    private final RecordedFrame recorded = new RecordedFrame();
    private final FrameReceiver receiver;
    private NicProperties properties = NicProperties.UNKNOWN;
    private Runnable listener = () -> {};
    private Association association;

    /** The last one: within it, messages of frames are numbered on. */
    private Association numbered;

    private FrameFlow sending;
    private String refusal;

    RemoteNic(String name, int flow, RemotePeer peer, BufferShare share, NanoClock clock) {
        this.name = name;
        this.flow = flow;
        this.peer = peer;
        this.clock = clock;
        receiver = new FrameReceiver(clock, share, drops, counters, NetDrop.NO_BUFFERS);
        receiver.mtu(properties.mtu());
    }

    public String name() {
        return name;
    }

    int flow() {
        return flow;
    }

    /** Whether the peer has it claimed for us now. */
    public boolean isAttached() {
        return association != null;
    }

    /** Why the peer refuses it, or null. */
    public String refusal() {
        return refusal;
    }

    public Counters<RemoteNicCounter> counters() {
        return counters;
    }

    @Override
    public Counters<NetDrop> drops() {
        return drops;
    }

    /** The link is down while the peer is away; the rest is as last known. */
    @Override
    public NicProperties properties() {
        return properties;
    }

    @Override
    public boolean isReached() {
        return isAttached();
    }

    @Override
    public NetPort port() {
        return this;
    }

    @Override
    public void connect(NetPort guest) {
        receiver.target(guest);
        if (guest == null && association != null) {
            peer.sayGuestLeft(flow, association.endMessage(sending));
        }
    }

    @Override
    public void onPropertiesChange(Runnable newListener) {
        listener = newListener == null ? () -> {} : newListener;
    }

    @Override
    public boolean offer(NetFrame frame) {
        NetDrop reason = association == null ? NetDrop.NOT_CONNECTED : reasonToDrop(frame);
        if (reason != null) {
            drops.increment(reason);
            return true;
        }
        int length = frame.length();
        if (!association.offer(sending, recorded.wrap(frame))) {
            counters.increment(RemoteNicCounter.SENDS_HELD_BACK);
            return false;
        }
        counters.increment(RemoteNicCounter.FRAMES_SENT);
        counters.add(RemoteNicCounter.BYTES_SENT, length);
        return true;
    }

    private NetDrop reasonToDrop(NetFrame frame) {
        return properties.isLinkUp() ? frame.invalidReason(properties.mtu()) : NetDrop.LINK_DOWN;
    }

    void onFrames(SegmentHeader segment, FrameBuffer buffer, long offset) {
        if (association != null) {
            receiver.onSegment(segment, buffer, offset);
        }
    }

    /** The peer has taken messages of frames up to this one. */
    void onTaken(int id) {
        if (association != null) {
            sending.onTaken(id);
        }
    }

    /** Hands on to the guest what has waited; returns how much. */
    int doWork() {
        int count = receiver.doWork();
        if (association != null) {
            sending.expire(clock.nanoTime());
            receiver.report(association, flow);
        }
        return count;
    }

    long deadlineNs() {
        long offerNs = association == null ? Agent.NO_DEADLINE : sending.deadlineNs();
        return Agent.earlier(receiver.deadlineNs(), offerNs);
    }

    /** The peer has claimed the card for us. */
    void onAttached(Association newAssociation, ControlMessage.NicAttached attached) {
        if (association != null) {
            // The answer to a question that was asked twice.
            return;
        }
        refusal = null;
        association = newAssociation;
        // What the peer has not taken before it took the card away, it will not tell.
        int lastId = newAssociation == numbered ? newAssociation.endMessage(sending) : 0;
        numbered = newAssociation;
        sending = new FrameFlow(flow, lastId);
        become(attached.properties());
    }

    void onChanged(ControlMessage.NicChanged changed) {
        // One that was detached meanwhile is told anew when it is attached again.
        if (association != null) {
            become(changed.properties());
        }
    }

    private void become(NicProperties newProperties) {
        boolean isChanged = !newProperties.equals(properties);
        properties = newProperties;
        receiver.mtu(newProperties.mtu());
        if (isChanged) {
            listener.run();
        }
    }

    /** The card was taken from us. */
    void onRevoked(ControlMessage.Revoked revoked) {
        onDetached();
        onRefused(revoked.reason());
    }

    void onRefused(String reason) {
        if (!reason.equals(refusal)) {
            LOG.error("nic={} refused: {}", name, reason);
        }
        refusal = reason;
    }

    /** The association has ended, or the card is not ours any more. */
    void onDetached() {
        if (association != null) {
            association = null;
            receiver.restart();
            become(properties.withLink(false));
        }
    }

    @Override
    public void close() {
        listener = () -> {};
        receiver.target(null);
        onDetached();
        peer.forget(flow);
    }
}
