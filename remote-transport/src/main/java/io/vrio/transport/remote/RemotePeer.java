// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.agent.WorkerFullException;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.flow.AssociationSetup;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.flow.Suspicion;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.message.Goodbye;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import io.vrio.transport.wire.FrameHeader;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's side of its association with an IOhyp: opens it, keeps it alive, opens it again when
 * it was lost, and has its disks and NICs claimed. One worker.
 */
public final class RemotePeer implements Agent {
    private static final Logger LOG = LoggerFactory.getLogger(RemotePeer.class);

    private static final long MS = 1_000_000L;

    /** A disk that is refused now may be free soon: a server that was restarted waits for it. */
    static final long ATTACH_INTERVAL_NS = 200 * MS;

    private static final long PROBING_INTERVAL_NS = 50 * MS;

    /** Limit: longer than the first retransmissions of a loss take. */
    private static final long UNHEARD_NS = 100 * MS;

    private final PeerOptions options;
    private final PeerPort port;
    private final AgreedMtu mtu;
    private final NanoClock clock;
    private final FrameBufferPool buffers;
    private final DeviceTable devices = new DeviceTable();
    private final BufferShare frameShare;
    private final PeerProgress progress;
    private final KeepAlive keepAlive;
    private final PeerOpening opening;
    private final PeerReceiver receiver;
    private Association association;
    private ControlChannel control;
    private ControlInbox inbox;
    private long peerEpoch;
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
        port = new PeerPort(options.remoteAddress(), options.remotePort());
        mtu = new AgreedMtu(port);
        this.clock = clock;
        this.buffers = buffers;
        frameShare = new BufferShare(buffers);
        progress = new PeerProgress(clock.nanoTime());
        keepAlive = new KeepAlive(options.peerTimeoutNs());
        Events events = new Events();
        opening = new PeerOpening(options, port, links, random, progress, events);
        receiver = new PeerReceiver(port, buffers, devices, opening, progress, events);
    }

    /** A disk of the peer for guests that do not outlive this object. */
    public RemoteDisk openDisk(String name) {
        return openDisk(name, KnownIncarnations.forgetful());
    }

    /** A disk of the peer, usable at once: its requests wait until the peer has claimed it. */
    public RemoteDisk openDisk(String name, KnownIncarnations incarnations) {
        return devices.openDisk(name, this, incarnations, clock);
    }

    void adopt(RemoteDisk disk) throws WorkerFullException {
        devices.add(disk);
        if (progress.isEstablished()) {
            devices.attach(disk, control, options.claims());
        }
    }

    /** A NIC of the peer: its link is down until the peer has claimed it. */
    public RemoteNic openNic(String name) {
        RemoteNic nic = devices.openNic(name, this, frameShare, clock);
        if (progress.isEstablished()) {
            control.send(new ControlMessage.AttachNic(nic.flow(), name));
        }
        return nic;
    }

    /** The device of this flow is none of this peer's any more. */
    void forget(int flow) {
        devices.remove(flow);
        if (progress.isEstablished()) {
            control.send(new ControlMessage.Detach(flow));
        }
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

    void sayAbandoned(int flow, RemoteDisk disk) {
        control.send(
                new ControlMessage.Abandon(
                        flow, disk.flow(), disk.name(), options.claims().next()));
    }

    void sayGuestLeft(int flow, int frames) {
        control.send(new ControlMessage.GuestLeft(flow, frames));
    }

    @Override
    public String name() {
        return "peer " + options.remoteAddress();
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
        LOG.error(
                "peer={} state={} a fault of this program",
                options.address(),
                progress.state(),
                fault);
        if (association != null) {
            association.sendRst();
        }
        lose("a fault of this program", nowNs);
    }

    private int work(long nowNs) {
        int work = devices.deliverFrames();
        if (association != null) {
            work += association.sendSoon();
        }
        work += receiver.receive(nowNs);
        work += devices.expire(nowNs, options.ioTimeoutNs());
        if (progress.isEstablished()) {
            keepAlive(nowNs);
        } else {
            work += step(nowNs);
        }
        if (association != null) {
            work += association.transmit(clock.nanoTime());
        }
        return work;
    }

    /** What attempts to open an association, and the frames that come, lead to. */
    private final class Events implements PeerOpening.Outcome, PeerReceiver.Events {
        @Override
        public Association association() {
            return association;
        }

        @Override
        public void onOpened(AssociationSetup setup, long nowNs) {
            greet(setup, nowNs);
        }

        @Override
        public void onSuspicion(FrameHeader header, long nowNs) {
            suspect(header, nowNs);
        }

        @Override
        public void onRefusal(String why, long nowNs) {
            refuse(why, nowNs);
        }

        @Override
        public void onLoss(String why, long nowNs) {
            lose(why, nowNs);
        }
    }

    /** It may be anybody's: what the peer says, or not, will tell. */
    private void suspect(FrameHeader header, long nowNs) {
        progress.journal().note(PeerEventKind.SUSPECTED, "", nowNs);
        boolean isGreeting = progress.state() == PeerState.GREETING;
        // Before the peer has told its tag it would never take what asks it.
        if (association.suspect(header, nowNs) && !isGreeting && !control.isWaiting()) {
            control.probe(1);
        }
        if (isGreeting) {
            progress.hasten(nowNs, Suspicion.TIME_NS);
        }
    }

    private int step(long nowNs) {
        if (!progress.isStepDue(nowNs)) {
            return 0;
        }
        switch (progress.state()) {
            case WAITING -> progress.enter(PeerState.RESOLVING, nowNs);
            case RESOLVING -> opening.resolve(nowNs);
            case OPENING -> opening.repeatSyn(nowNs);
            case KEYING -> opening.repeatKeying(nowNs);
            case GREETING, PROBING -> checkProgress(nowNs);
            // The other release may be installed meanwhile.
            case REFUSED -> progress.enter(PeerState.RESOLVING, nowNs);
            case ESTABLISHED, GONE -> throw new IllegalStateException("no step when established");
        }
        return 1;
    }

    private void greet(AssociationSetup setup, long nowNs) {
        association = new Association(setup, opening.link(), buffers, clock, this::onSegment);
        mtu.begin(setup.mtu(), opening.mtu());
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
                        mtu.bytes(),
                        setup.protection().name(),
                        options.worker()));
    }

    private void checkProgress(long nowNs) {
        if (association.isAbandoned(nowNs)) {
            lose(LossReason.BROKEN_OFF, nowNs);
        } else if (progress.state() == PeerState.PROBING && !control.isWaiting()) {
            onProbed(nowNs);
        } else if (!progress.isOverdue(nowNs)) {
            progress.pause(nowNs, MS);
            askWhileProbing(nowNs);
        } else if (progress.state() == PeerState.PROBING) {
            lose(LossReason.fullFramesLost(mtu.bytes(), port.address()), nowNs);
        } else {
            lose(LossReason.noGreeting(port.address()), nowNs);
        }
    }

    /** When short frames are answered and the long one is not, it is too long for the path. */
    private void askWhileProbing(long nowNs) {
        if (progress.state() == PeerState.PROBING
                && nowNs - association.lastSentNs() >= PROBING_INTERVAL_NS) {
            control.probe(1);
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
        } else if (message instanceof ControlMessage.Redirect redirect) {
            onRedirect(redirect.port(), nowNs);
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
        if (welcome.mtu() < options.remoteAddress().version().mtuMin()) {
            throw new AssociationException("welcome with an MTU of " + welcome.mtu());
        }
        mtu.onWelcome(welcome.mtu());
        peerEpoch = welcome.epoch();
        association.remoteTag(welcome.tag());
        association.mtu(mtu.bytes());
        progress.enter(PeerState.PROBING, nowNs);
        int overhead = SuperFrameHeader.LENGTH + SegmentHeader.LENGTH;
        control.probe(association.segmentPayloadMax() - overhead);
    }

    private void onProbed(long nowNs) {
        if (association.mtu() == mtu.bytes()) {
            establish(nowNs);
            return;
        }
        mtu.onPath(association.mtu());
        // The way back will be as narrow: the peer hears of it in the next greeting.
        opening.narrow(mtu.bytes(), nowNs);
        openAnew(nowNs);
    }

    /** The IOhyp shares its associations out to its workers, each of which has a port. */
    private void onRedirect(int newPort, long nowNs) {
        if (progress.state() == PeerState.GREETING) {
            throw new AssociationException("redirected before it was welcomed");
        }
        if (port.redirect(newPort, nowNs)) {
            progress.journal().note(PeerEventKind.REDIRECTED, port.address(), nowNs);
            devices.onDetached();
            openAnew(nowNs);
        }
    }

    /** Ends the association in order, and begins the next at once. */
    private void openAnew(long nowNs) {
        association.sendFin();
        closeAssociation();
        progress.enter(PeerState.RESOLVING, nowNs);
    }

    private void establish(long nowNs) {
        progress.establish(nowNs);
        progress.journal().onEstablished(association.remote(), mtu.bytes(), peerEpoch, nowNs);
        String epoch = Long.toHexString(peerEpoch);
        LOG.info(
                "peer={} state=established mtu={} epoch={} security={}",
                port.address(),
                mtu.bytes(),
                epoch,
                association.protection().name());
        attachMissing(nowNs);
    }

    private void keepAlive(long nowNs) {
        progress.journal().onKeyPhases(association.protection().phases(), nowNs);
        mtu.onPath(association.mtu());
        if (association.isDeaf(nowNs, UNHEARD_NS)) {
            // Also when the peer is heard: only the way to it may have changed.
            opening.follow(association, nowNs);
        }
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
        devices.attachMissing(control, options.claims());
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
            LOG.warn("peer={} state={} lost: {}", options.address(), before, why);
        }
        port.onLoss();
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
        opening.close();
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

    /** For those who ask often: a part of {@link #status}. */
    PeerProgress progress() {
        return progress;
    }

    /** The present one, or null. */
    Association association() {
        return association;
    }

    /**
     * Whether the last attempt has been answered, if only with a refusal: the next will not fare
     * better soon. One that was lost in silence may have met a path that was not up yet.
     */
    public boolean isTurnedAway() {
        return progress.isTurnedAway();
    }

    /** As of now. */
    public PeerStatus status() {
        return new PeerStatus(
                options.address(),
                port.address(),
                options.worker(),
                progress.state(),
                progress.sinceNs(),
                mtu.bytes(),
                progress.reason(),
                association == null ? null : association.status(),
                progress.journal().events());
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
