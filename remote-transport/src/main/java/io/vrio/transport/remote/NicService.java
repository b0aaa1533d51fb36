// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NicProperties;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.flow.FrameFlow;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.message.SegmentHeader;

/**
 * One network card as one server uses it, at the IOhyp: carries frames between the association and
 * the claimed card. Lives from attach to detach; one worker.
 */
final class NicService {
    private final NicClaim claim;
    private final Association association;
    private final NanoClock clock;
    private final FrameFlow sending;
    private final RecordedFrame recorded = new RecordedFrame();
    private final FrameReceiver receiver;
    private final Counters<NetDrop> drops;
    private final Counters<RemoteNicCounter> counters;

    /**
     * @param sending numbers frames for the guest, on from who had the flow before
     */
    NicService(
            FrameFlow sending,
            NicClaim claim,
            Association association,
            BufferShare share,
            NanoClock clock,
            Counters<RemoteNicCounter> counters) {
        this.sending = sending;
        this.claim = claim;
        this.association = association;
        this.counters = counters;
        this.clock = clock;
        drops = claim.nic().drops();
        receiver = new FrameReceiver(clock, share, drops, counters, NetDrop.NO_ROOM);
        receiver.target(claim.nic().port());
        receiver.mtu(claim.nic().properties().mtu());
        claim.nic().connect(this::offer);
    }

    int flow() {
        return sending.flow();
    }

    ControlMessage.NicAttached attached() {
        return new ControlMessage.NicAttached(flow(), properties());
    }

    /** What the server must know anew after a change. */
    ControlMessage.NicChanged changed() {
        receiver.mtu(properties().mtu());
        return new ControlMessage.NicChanged(flow(), properties());
    }

    private NicProperties properties() {
        return claim.nic().properties();
    }

    /** A frame for the guest. */
    private boolean offer(NetFrame frame) {
        NetDrop reason = frame.invalidReason(properties().mtu());
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

    /**
     * The next guest may have another address.
     *
     * @param frames the last message of the one that has left: what comes later of it must not take
     *     an address for the next one
     */
    void onGuestLeft(int frames) {
        receiver.dropUpTo(frames);
        claim.nic().connect(null);
        claim.nic().connect(this::offer);
    }

    void onFrames(SegmentHeader segment, FrameBuffer buffer, long offset) {
        receiver.onSegment(segment, buffer, offset);
    }

    /** The server has taken messages of frames up to this one. */
    void onTaken(int id) {
        sending.onTaken(id);
    }

    /** Hands on what has waited; returns how much. */
    int doWork() {
        sending.expire(clock.nanoTime());
        int count = receiver.doWork();
        receiver.report(association, flow());
        return count;
    }

    long deadlineNs() {
        return Agent.earlier(receiver.deadlineNs(), sending.deadlineNs());
    }

    /** No message has been sent with a number above this one. */
    int lastId() {
        return association.endMessage(sending);
    }

    /** The association has ended, or the server gives the card back. */
    void close() {
        // First: that the guest's own address is free again is no news for a server that leaves.
        claim.nic().onPropertiesChange(null);
        claim.nic().connect(null);
        receiver.restart();
        claim.close();
    }
}
