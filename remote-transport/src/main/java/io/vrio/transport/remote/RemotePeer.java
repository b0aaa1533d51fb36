// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.flow.AssociationSetup;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.flow.Suspicion;
import io.vrio.transport.link.LinkException;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.message.Goodbye;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import io.vrio.transport.secure.HandshakeMessage;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.Ipv4Address;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's side of its association with an IOhyp: opens it, keeps it alive, opens it again when
 * it was lost, and has its disks and NICs claimed. One worker.
 */
public final class RemotePeer implements Agent {
    private static final Logger LOG = LoggerFactory.getLogger(RemotePeer.class);

    /** Limit: frames received in one duty cycle. */
    private static final int FRAMES_MAX = 64;

    private static final long MS = 1_000_000L;
    private static final long RESOLVE_INTERVAL_NS = 20 * MS;
    static final long SYN_INTERVAL_NS = 20 * MS;
    private static final long SYN_INTERVAL_MAX_NS = 1000 * MS;

    /** A disk that is refused now may be free soon: a server that was restarted waits for it. */
    static final long ATTACH_INTERVAL_NS = 200 * MS;

    private static final int SYN_WINDOW = 65535;

    private final PeerOptions options;
    private final LinkFactory links;
    private final NanoClock clock;
    private final FrameBufferPool buffers;
    private final RandomGenerator random;
    private final FrameHeader header = new FrameHeader();
    private final DeviceTable devices = new DeviceTable();
    private final ServerHandshake handshake;
    private final DirectReceiver direct;
    private final BufferShare frameShare;
    private final PeerProgress progress;
    private final KeepAlive keepAlive;
    private final ServerKeying keying;
    private LinkFactory.OpenLink openLink;
    private Association association;
    private ControlChannel control;
    private ControlInbox inbox;
    private long peerEpoch;
    private int mtu;
    private long attachNs;

    /**
     * @param random unpredictable: initial sequence numbers and tags come from it
     */
    public RemotePeer(
            PeerOptions options,
            LinkFactory links,
            NanoClock clock,
            FrameBufferPool buffers,
            RandomGenerator random) {
        this.options = options;
        this.links = links;
        this.clock = clock;
        this.buffers = buffers;
        this.random = random;
        handshake = new ServerHandshake(SYN_WINDOW);
        direct = new DirectReceiver(devices::disk);
        frameShare = new BufferShare(buffers);
        progress = new PeerProgress(clock.nanoTime());
        keepAlive = new KeepAlive(options.peerTimeoutNs());
        keying = new ServerKeying(options.serverName(), options.key(), random);
    }

    /** A disk of the peer, usable at once: its requests wait until the peer has claimed it. */
    public RemoteDisk openDisk(String name) {
        RemoteDisk disk = devices.openDisk(name, this, clock);
        if (progress.isEstablished()) {
            control.send(new ControlMessage.Attach(disk.flow(), name));
        }
        return disk;
    }

    /** A NIC of the peer: its link is down until the peer has claimed it. */
    public RemoteNic openNic(String name) {
        RemoteNic nic = devices.openNic(name, this, frameShare, clock);
        if (progress.isEstablished()) {
            control.send(new ControlMessage.AttachNic(nic.flow(), name));
        }
        return nic;
    }

    void forget(RemoteDisk disk) {
        devices.remove(disk);
        sayDetached(disk.flow());
    }

    /**
     * Gives a disk another flow: what was sent on the old one must not be taken for a request of
     * its next claim. Frames that carry it are not forgotten, because they carry others' as well.
     *
     * @return false when the association had to end instead
     */
    boolean changeFlow(RemoteDisk disk) {
        boolean isChanged = devices.renumber(disk);
        if (!isChanged) {
            reset("the disks of this server have used up all flows");
        }
        return isChanged;
    }

    void forget(RemoteNic nic) {
        devices.remove(nic);
        sayDetached(nic.flow());
    }

    private void sayDetached(int flow) {
        if (progress.isEstablished()) {
            control.send(new ControlMessage.Detach(flow));
        }
    }

    void sayAbandoned(int flow, RemoteDisk disk) {
        control.send(new ControlMessage.Abandon(flow, disk.flow(), disk.name()));
    }

    void sayGuestLeft(int flow, int frames) {
        control.send(new ControlMessage.GuestLeft(flow, frames));
    }

    @Override
    public String name() {
        return "peer " + Ipv4Address.format(options.remoteAddress());
    }

    @Override
    public int doWork() {
        long nowNs = clock.nanoTime();
        try {
            return work(nowNs);
        } catch (RuntimeException e) {
            onFault(e, nowNs);
            return 1;
        }
    }

    /** A fault of this program: a new association begins, and the guests of this host live on. */
    private void onFault(RuntimeException fault, long nowNs) {
        // Limit: as often as an association is opened, at most once in RETRY_MAX_NS after a while.
        LOG.error("peer={} state={} a fault of this program", address(), progress.state(), fault);
        if (association != null) {
            association.sendRst();
        }
        lose("a fault of this program", nowNs);
    }

    private int work(long nowNs) {
        int work = devices.deliverFrames();
        work += receive(nowNs);
        work += devices.expire(nowNs, options.ioTimeoutNs());
        if (progress.isEstablished()) {
            keepAlive(nowNs);
        } else {
            work += step(nowNs);
        }
        if (association != null) {
            work += association.transmit(nowNs);
        }
        return work;
    }

    private int receive(long nowNs) {
        int count = 0;
        while (openLink != null && count < FRAMES_MAX) {
            FrameBuffer buffer = buffers.take();
            if (buffer == null) {
                break;
            }
            try {
                int length = receive(buffer);
                if (length == 0) {
                    break;
                }
                onFrame(buffer, length, nowNs);
                count++;
            } finally {
                direct.finish();
                buffer.release();
            }
        }
        return count;
    }

    private int receive(FrameBuffer buffer) {
        // What is sealed cannot be looked at before it is there as a whole.
        boolean isPlain = association != null && !association.isSealed();
        return isPlain && devices.hasLargeReads()
                ? direct.receive(openLink.link(), buffer, association)
                : openLink.link().receive(buffer.slice());
    }

    private void onFrame(FrameBuffer buffer, int length, long nowNs) {
        header.wrap(buffer.slice());
        boolean isFromPeer =
                header.invalidReason(length) == null
                        && header.sourceAddress() == options.remoteAddress()
                        && header.sourcePort() == options.remotePort();
        if (!isFromPeer) {
            return;
        }
        try {
            dispatch(buffer, nowNs);
        } catch (AssociationException e) {
            // It may have ended already, by something that came before in the same super-frame.
            if (association != null) {
                association.sendRst();
            }
            lose("the peer broke the protocol: " + e.getMessage(), nowNs);
        }
    }

    private void dispatch(FrameBuffer buffer, long nowNs) {
        int flags = header.flags();
        if ((flags & FrameHeader.RST) != 0) {
            onRst(nowNs);
        } else if (flags == (FrameHeader.SYN | FrameHeader.ACK)) {
            onSynAck(nowNs);
        } else if ((flags & FrameHeader.FIN) != 0) {
            onFin(nowNs);
        } else if (header.payloadLength() > 0) {
            onPayload(buffer, nowNs);
        }
    }

    private void onFin(long nowNs) {
        if (association == null || !association.isPlausible(header)) {
            return;
        }
        if (association.isSealed()) {
            suspect(nowNs);
        } else {
            association.sendFin();
            lose(LossReason.STOPPED, nowNs);
        }
    }

    private void onPayload(FrameBuffer buffer, long nowNs) {
        byte[] handshakeMessage =
                progress.isKeying() || progress.state() == PeerState.GREETING
                        ? HandshakeSender.payload(header, buffer)
                        : null;
        if (progress.isKeying() && handshakeMessage != null) {
            onAnswer(handshakeMessage, nowNs);
        } else if (handshakeMessage != null && !association.isSealed()) {
            onRefusal(handshakeMessage, nowNs);
        } else if (association != null) {
            association.onFrame(header, buffer, nowNs);
        }
    }

    private void onRst(long nowNs) {
        if (progress.state() == PeerState.OPENING && handshake.isAcknowledged(header)) {
            lose(LossReason.noListener(address()), nowNs);
        } else if (progress.isKeying() && keying.isAnswered(header)) {
            keying.suspect(LossReason.noGreeting(address()), nowNs);
        } else if (association != null && association.isPlausible(header)) {
            if (association.isSealed()) {
                suspect(nowNs);
            } else {
                lose(LossReason.BROKEN_OFF, nowNs);
            }
        }
    }

    /** It may be anybody's: the peer is asked. */
    private void suspect(long nowNs) {
        association.suspect(nowNs);
        if (progress.state() == PeerState.GREETING) {
            progress.pause(nowNs, Suspicion.TIME_NS);
        }
        if (!control.isWaiting()) {
            control.probe(1);
        }
    }

    private String address() {
        return Ipv4Address.format(options.remoteAddress()) + ":" + options.remotePort();
    }

    private int step(long nowNs) {
        if (!progress.isStepDue(nowNs)) {
            return 0;
        }
        switch (progress.state()) {
            case WAITING -> progress.enter(PeerState.RESOLVING, nowNs);
            case RESOLVING -> resolve(nowNs);
            case OPENING -> repeatSyn(nowNs);
            case KEYING -> repeatOpening(nowNs);
            case GREETING, PROBING -> checkProgress(nowNs);
            // The other release may be installed meanwhile.
            case REFUSED -> progress.enter(PeerState.RESOLVING, nowNs);
            case ESTABLISHED -> throw new IllegalStateException("no step when established");
        }
        return 1;
    }

    private void resolve(long nowNs) {
        long hardwareAddress = links.resolve(options.remoteAddress());
        if (hardwareAddress != 0) {
            open(hardwareAddress, nowNs);
        } else if (progress.isOverdue(nowNs)) {
            lose(LossReason.noHost(Ipv4Address.format(options.remoteAddress())), nowNs);
        } else {
            progress.pause(nowNs, RESOLVE_INTERVAL_NS);
        }
    }

    private void open(long hardwareAddress, long nowNs) {
        try {
            openLink = links.open();
        } catch (LinkException e) {
            lose(e.getMessage(), nowNs);
            return;
        }
        mtu = Math.min(options.mtuMax(), openLink.link().mtu());
        Endpoint remote =
                new Endpoint(hardwareAddress, options.remoteAddress(), options.remotePort());
        handshake.begin(openLink.local(), remote, mtu, random.nextInt());
        progress.enter(PeerState.OPENING, nowNs);
        repeatSyn(nowNs);
    }

    private void repeatSyn(long nowNs) {
        if (progress.isOverdue(nowNs)) {
            lose(LossReason.noAnswer(address()), nowNs);
            return;
        }
        handshake.sendSyn(openLink.link());
        long passedNs = Math.max(SYN_INTERVAL_NS, nowNs - progress.sinceNs());
        progress.pause(nowNs, Math.min(SYN_INTERVAL_MAX_NS, passedNs));
    }

    private void onSynAck(long nowNs) {
        if (!handshake.isAcknowledged(header)) {
            return;
        }
        if (progress.state() == PeerState.OPENING) {
            int tag = random.nextInt();
            AssociationSetup setup = handshake.accept(openLink.link(), header, tag);
            if (keying.isWanted()) {
                keying.begin(setup);
                progress.enter(PeerState.KEYING, nowNs);
                repeatOpening(nowNs);
            } else {
                greet(setup, nowNs);
            }
        }
    }

    private void repeatOpening(long nowNs) {
        String endReason = keying.endReason(nowNs);
        if (endReason != null) {
            lose(endReason, nowNs);
        } else if (progress.isOverdue(nowNs)) {
            lose(LossReason.noGreeting(address()), nowNs);
        } else {
            handshake.sendOpening(openLink.link(), keying.setup(), keying.opening());
            long passedNs = Math.max(SYN_INTERVAL_NS, nowNs - progress.sinceNs());
            progress.pause(nowNs, Math.min(Suspicion.TIME_NS, passedNs));
        }
    }

    private void onAnswer(byte[] message, long nowNs) {
        AssociationSetup setup = keying.onAnswer(message, nowNs);
        if (setup != null) {
            greet(setup, nowNs);
        }
    }

    private void onRefusal(byte[] message, long nowNs) {
        if (HandshakeMessage.decode(message) instanceof HandshakeMessage.Refusal refusal) {
            refuse(LossReason.of(refusal.reason()), nowNs);
        }
    }

    private void greet(AssociationSetup setup, long nowNs) {
        association = new Association(setup, openLink.link(), buffers, clock, this::onSegment);
        control = new ControlChannel(association);
        inbox = new ControlInbox(this::onControl);
        progress.enter(PeerState.GREETING, nowNs);
        progress.pause(nowNs, PeerProgress.STEP_TIMEOUT_NS);
        control.send(
                new ControlMessage.Hello(
                        ControlMessage.VERSION,
                        options.serverName(),
                        options.serverEpoch(),
                        setup.localTag(),
                        mtu,
                        setup.protection().name()));
    }

    private void checkProgress(long nowNs) {
        if (association.isAbandoned(nowNs)) {
            lose(LossReason.BROKEN_OFF, nowNs);
        } else if (progress.state() == PeerState.PROBING && !control.isWaiting()) {
            establish(nowNs);
        } else if (!progress.isOverdue(nowNs)) {
            progress.pause(nowNs, MS);
        } else if (progress.state() == PeerState.PROBING) {
            lose(LossReason.fullFramesLost(mtu, address()), nowNs);
        } else {
            lose(LossReason.noGreeting(address()), nowNs);
        }
    }

    private void onSegment(SegmentHeader segment, FrameBuffer buffer, long offset) {
        switch (segment.kind()) {
            case RESPONSE -> devices.onResponse(segment, buffer, offset);
            case CONTROL -> inbox.onSegment(segment, buffer.slice(), offset);
            case FRAMES -> devices.onFrames(segment, buffer, offset);
            case FRAMES_TAKEN -> devices.onFramesTaken(segment);
            case PROBE -> {}
            case GOODBYE -> onGoodbye(Goodbye.read(buffer.slice(), offset));
            case REQUEST -> throw new AssociationException("an IOhyp has no requests");
        }
    }

    private void onGoodbye(Goodbye goodbye) {
        association.confirmEnd();
        lose(
                switch (goodbye) {
                    case STOPPED -> LossReason.STOPPED;
                    case BROKEN_OFF -> LossReason.BROKEN_OFF;
                },
                clock.nanoTime());
    }

    private void onControl(ControlMessage message) {
        long nowNs = clock.nanoTime();
        if (message instanceof ControlMessage.Welcome welcome) {
            onWelcome(welcome, nowNs);
        } else if (message instanceof ControlMessage.Refused refused) {
            refuse(refused.reason(), nowNs);
        } else {
            devices.onControl(message, association);
        }
    }

    private void onWelcome(ControlMessage.Welcome welcome, long nowNs) {
        if (progress.state() != PeerState.GREETING) {
            throw new AssociationException("welcomed twice");
        }
        String refusal = welcome.refusalReason(association.protection().name());
        if (refusal != null) {
            refuse(refusal, nowNs);
            return;
        }
        if (welcome.mtu() < IohypEndpoint.MTU_MIN) {
            throw new AssociationException("welcome with an MTU of " + welcome.mtu());
        }
        if (welcome.mtu() < mtu) {
            LOG.warn("peer={} mtu={} ours={}: using the smaller", address(), welcome.mtu(), mtu);
        }
        mtu = Math.min(mtu, welcome.mtu());
        peerEpoch = welcome.epoch();
        association.remoteTag(welcome.tag());
        association.mtu(mtu);
        progress.enter(PeerState.PROBING, nowNs);
        int overhead = SuperFrameHeader.LENGTH + SegmentHeader.LENGTH;
        control.probe(association.segmentPayloadMax() - overhead);
    }

    private void establish(long nowNs) {
        progress.establish(nowNs);
        String epoch = Long.toHexString(peerEpoch);
        LOG.info(
                "peer={} state=established mtu={} epoch={} security={}",
                address(),
                mtu,
                epoch,
                association.protection().name());
        attachMissing(nowNs);
    }

    private void keepAlive(long nowNs) {
        String endReason = keepAlive.endReason(association, control, nowNs);
        if (endReason != null) {
            reset(endReason);
        } else if (keepAlive.isProbeDue(association, control, nowNs)) {
            control.probe(1);
        } else if (nowNs - attachNs >= ATTACH_INTERVAL_NS) {
            attachMissing(nowNs);
        }
    }

    private void attachMissing(long nowNs) {
        attachNs = nowNs;
        devices.attachMissing(control);
    }

    /** Ends the association from our side, so that what was sent can have no effect later. */
    void reset(String why) {
        if (association != null) {
            association.sendRst();
            lose(why, clock.nanoTime());
        }
    }

    private void refuse(String why, long nowNs) {
        lose(why, nowNs);
        progress.refuse(nowNs);
    }

    private void lose(String why, long nowNs) {
        PeerState before = progress.state();
        if (progress.lose(why, nowNs)) {
            LOG.warn("peer={} state={} lost: {}", address(), before, why);
        }
        devices.onDetached();
        closeAssociation();
    }

    private void closeAssociation() {
        if (control != null) {
            inbox.close();
            control.close();
            control = null;
        }
        if (association != null) {
            association.close();
            association = null;
        }
        keying.close();
        if (openLink != null) {
            openLink.close();
            openLink = null;
        }
    }

    @Override
    public long deadlineNs() {
        long deadlineNs = progress.stepNs();
        if (progress.isEstablished()) {
            deadlineNs = keepAlive.deadlineNs(association, control);
            if (!devices.isComplete()) {
                long attachAgainNs = attachNs + ATTACH_INTERVAL_NS;
                deadlineNs = attachAgainNs - deadlineNs < 0 ? attachAgainNs : deadlineNs;
            }
        }
        if (association != null && association.deadlineNs() != NO_DEADLINE) {
            long transmitNs = association.deadlineNs();
            deadlineNs = transmitNs - deadlineNs < 0 ? transmitNs : deadlineNs;
        }
        return devices.deadlineNs(options.ioTimeoutNs(), deadlineNs);
    }

    /** As of now. */
    public PeerStatus status() {
        boolean isOpen = association != null;
        return new PeerStatus(
                address(),
                address(),
                progress.state(),
                progress.sinceNs(),
                mtu,
                isOpen ? association.rtt().smoothedNs() : 0,
                isOpen ? association.rtt().rtoNs() : 0,
                isOpen ? association.flightBytes() : 0,
                progress.reason(),
                isOpen ? association.counters().snapshot() : Map.of());
    }

    /** Says goodbye. The devices are closed before. */
    @Override
    public void close() {
        if (association != null) {
            association.transmit(clock.nanoTime());
            association.sendFin();
        }
        closeAssociation();
    }
}
