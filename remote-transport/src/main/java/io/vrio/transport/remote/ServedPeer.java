// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.counter.Counters;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.flow.AssociationSetup;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.flow.FrameFlow;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.message.Goodbye;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.SequenceNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server as its IOhyp sees it: one association and the devices claimed through it. One worker.
 */
final class ServedPeer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServedPeer.class);

    /** Limit: NICs of one server. */
    static final int NICS_MAX = 4096;

    /** What may be a server's name: it goes to logs and into answers. */
    private static final Pattern NAME = Pattern.compile("[\\x21-\\x7e]{1,64}");

    private final IohypEndpoint endpoint;
    private final Association association;
    private final AssociationSetup setup;
    private final ControlChannel control;
    private final ControlInbox inbox = new ControlInbox(this::onControl);

    /** Not the disks': frames that wait must not keep reads from being answered. */
    private final BufferShare frameShare;

    private final ServedDisks disks;
    private final List<NicService> nics = new ArrayList<>();
    private final long sinceNs;
    private final int tag;
    private ControlMessage.Hello hello;

    /** Null before its greeting. */
    private PeerPlace place;

    /** What happened to this server; null before its greeting. */
    private PeerJournal journal;

    /** What segments to the server were cut to when that was last noted. */
    private int mtu;

    /** No NIC that was given back has sent a message of frames with a higher number. */
    private int lastFramesId;

    /** The name that its key is for; null without keys. */
    private String keyName;

    /** What its opening was answered with, as long as it may have been lost; null without keys. */
    private byte[] answer;

    ServedPeer(
            IohypEndpoint endpoint,
            AssociationSetup setup,
            FrameBufferPool buffers,
            Counters<EndpointCounter> counters,
            long nowNs,
            int tag) {
        this.endpoint = endpoint;
        this.setup = setup;
        frameShare = new BufferShare(buffers);
        this.tag = tag;
        sinceNs = nowNs;
        mtu = setup.mtu();
        association = endpoint.associate(setup, this::onSegment);
        control = new ControlChannel(association);
        disks =
                new ServedDisks(
                        association,
                        control,
                        new BufferShare(buffers),
                        counters,
                        fault -> endpoint.endFaulty(this, fault));
    }

    Association association() {
        return association;
    }

    /** It has proved to have the key of this name. */
    void authenticate(String name, byte[] newAnswer) {
        keyName = name;
        answer = newAnswer;
    }

    /** What its opening is answered with, when the frame can be one; else null. */
    byte[] answerTo(FrameHeader header) {
        // Never more bytes than have come: it may be anybody who asks.
        boolean isBefore =
                answer != null
                        && header.payloadLength() > answer.length
                        && SequenceNumber.extend48(
                                        setup.firstReceived(), header.superFrameStart48())
                                < setup.firstReceived();
        return isBefore ? answer : null;
    }

    /** The server's name, or null before its greeting. */
    String serverName() {
        return hello == null ? null : hello.server();
    }

    /** Why this peer must go, or null while it may stay. */
    String endReason(long nowNs, long timeoutNs) {
        if (association.isAbandoned(nowNs)) {
            return "the server broke off";
        }
        if (nowNs - association.lastHeardNs() >= timeoutNs) {
            return "the server is silent";
        }
        if (hello == null && nowNs - sinceNs >= timeoutNs) {
            return "the server does not greet";
        }
        if (association.isDeaf(nowNs, timeoutNs) || control.isOverrun()) {
            return "the server does not acknowledge";
        }
        return null;
    }

    long serverEpoch() {
        return hello.epoch();
    }

    /** Which of the server's workers it is. */
    int workerIndex() {
        return hello.workerIndex();
    }

    private void onSegment(SegmentHeader segment, FrameBuffer buffer, long offset) {
        switch (segment.kind()) {
            case REQUEST -> onRequest(segment, buffer, offset);
            case CONTROL -> inbox.onSegment(segment, buffer.slice(), offset);
            case FRAMES -> onFrames(segment, buffer, offset);
            case FRAMES_TAKEN -> onFramesTaken(segment);
            case PROBE -> {}
            case GOODBYE -> onGoodbye(Goodbye.read(buffer.slice(), offset));
            case RESPONSE -> throw new AssociationException("a server has no answers");
        }
    }

    private void onGoodbye(Goodbye goodbye) {
        association.confirmEnd();
        switch (goodbye) {
            case STOPPED -> endpoint.end(this, "the server has stopped", false);
            case BROKEN_OFF -> endpoint.end(this, "the server broke off", true);
        }
    }

    private void onRequest(SegmentHeader segment, FrameBuffer buffer, long offset) {
        DiskService disk = disks.find(segment.flow());
        // A disk that was just revoked: the server learns it from the control message.
        if (disk != null) {
            disk.onSegment(segment, buffer, offset);
            association.transmitFull(endpoint.nowNs());
        }
    }

    private void onFrames(SegmentHeader segment, FrameBuffer buffer, long offset) {
        NicService nic = nic(segment.flow());
        if (nic != null) {
            nic.onFrames(segment, buffer, offset);
        }
    }

    private void onFramesTaken(SegmentHeader segment) {
        NicService nic = nic(segment.flow());
        if (nic != null) {
            nic.onTaken(segment.id());
        }
    }

    private NicService nic(int flow) {
        for (int i = 0; i < nics.size(); i++) {
            if (nics.get(i).flow() == flow) {
                return nics.get(i);
            }
        }
        return null;
    }

    private void onControl(ControlMessage message) {
        if (message instanceof ControlMessage.Hello greeting) {
            onHello(greeting);
        } else if (hello == null) {
            throw new AssociationException("the first message is not a greeting");
        } else if (message instanceof ControlMessage.Attach attach) {
            attach(attach.flow(), attach.disk(), attach.claim());
        } else if (message instanceof ControlMessage.Abandon abandon) {
            detach(abandon.flow());
            attach(abandon.nextFlow(), abandon.disk(), abandon.claim());
        } else if (message instanceof ControlMessage.AttachNic attach) {
            onAttachNic(attach);
        } else if (message instanceof ControlMessage.Detach detach) {
            detach(detach.flow());
        } else if (message instanceof ControlMessage.GuestLeft left) {
            onGuestLeft(left);
        } else {
            throw new AssociationException("a server does not say " + message);
        }
    }

    private void onHello(ControlMessage.Hello greeting) {
        if (hello != null) {
            throw new AssociationException("greeted twice");
        }
        association.remoteTag(greeting.tag());
        String reason = refusalReason(greeting);
        if (reason != null) {
            control.send(new ControlMessage.Refused(reason));
            return;
        }
        hello = greeting;
        answer = null;
        association.localTag(tag);
        mtu = Math.min(setup.mtu(), greeting.mtu());
        association.mtu(mtu);
        control.send(
                new ControlMessage.Welcome(
                        ControlMessage.VERSION,
                        endpoint.epoch(),
                        tag,
                        setup.mtu(),
                        association.protection().name()));
        journal = endpoint.journals().open(serverName(), workerIndex());
        journal.onEstablished(setup.remote(), mtu, serverEpoch(), endpoint.nowNs());
        LOG.info("peer={} server={} mtu={} welcome", setup.remote(), title(), mtu);
        place = new PeerPlace(greeting, this, endpoint, control);
    }

    /** Whether it goes to another endpoint when it is told to: with NICs it cannot. */
    boolean mayMove() {
        return place != null && nics.isEmpty() && place.mayMove();
    }

    /** For the log: the server, and which of its workers when it has several. */
    private String title() {
        return workerIndex() == 0 ? serverName() : serverName() + "/" + workerIndex();
    }

    /** Among the IOhyp's endpoints; null before its greeting. */
    PeerPlace place() {
        return place;
    }

    /** What another process of its name is told. */
    String isHereAlready() {
        return "a server named "
                + serverName()
                + " is here already, from "
                + setup.remote()
                + ": give each server its own --name";
    }

    private String refusalReason(ControlMessage.Hello greeting) {
        if (greeting.version() != ControlMessage.VERSION) {
            return "this IOhyp speaks protocol version "
                    + ControlMessage.VERSION
                    + ", not "
                    + greeting.version()
                    + ": install the same release on both hosts";
        }
        if (!association.protection().name().equals(greeting.security())) {
            return "this IOhyp runs with --insecure: the server must, too";
        }
        String name = greeting.server();
        if (name == null || !NAME.matcher(name).matches()) {
            return "the server's name is not 1 to 64 visible ASCII characters: set --name";
        }
        if (keyName != null && !keyName.equals(name)) {
            return "the key is that of server " + keyName + ": set --name";
        }
        int mtuMin = association.remote().address().version().mtuMin();
        return greeting.mtu() < mtuMin ? "the server's MTU is too small" : null;
    }

    private void attach(int flow, String diskName, long claimNumber) {
        if (disks.answerAgain(flow)) {
            return;
        }
        if (nic(flow) != null) {
            throw new AssociationException("attach of a disk to the flow of a NIC");
        }
        String reason = endpoint.makeWay(this);
        if (reason != null) {
            control.send(new ControlMessage.AttachRefused(flow, reason));
            return;
        }
        Claimant claimant = new Claimant(serverName(), serverEpoch(), claimNumber);
        disks.attach(flow, diskName, claimant, endpoint.catalogs().disks());
    }

    private void onAttachNic(ControlMessage.AttachNic attach) {
        int flow = attach.flow();
        NicService present = nic(flow);
        if (present != null) {
            control.send(present.attached());
            return;
        }
        if (disks.hasFlow(flow)) {
            throw new AssociationException("attach of a NIC to the flow of a disk");
        }
        if (!endpoint.group().isFirst(endpoint)) {
            // All of them are there, so that switches are not shared by workers.
            place.redirectToNics(flow);
            return;
        }
        if (nics.size() == NICS_MAX) {
            throw new AssociationException("attach of more than " + NICS_MAX + " NICs");
        }
        String reason = endpoint.makeWay(this);
        if (reason != null) {
            control.send(new ControlMessage.AttachRefused(flow, reason));
            return;
        }
        try {
            NicClaim claim =
                    endpoint.catalogs().nics().claim(attach.nic(), serverName(), serverEpoch());
            NicService nic =
                    new NicService(
                            new FrameFlow(flow, lastFramesId),
                            claim,
                            association,
                            frameShare,
                            endpoint.clock(),
                            endpoint.nicCounters());
            nics.add(nic);
            claim.onRevoke(() -> revoke(nic, "NIC " + attach.nic() + " was taken away"));
            claim.nic().onPropertiesChange(() -> control.send(nic.changed()));
            control.send(nic.attached());
            LOG.info("nic={} server={} attached", attach.nic(), serverName());
        } catch (ClaimRefusedException e) {
            control.send(new ControlMessage.AttachRefused(flow, e.getMessage()));
        }
    }

    private void onGuestLeft(ControlMessage.GuestLeft left) {
        NicService nic = nic(left.flow());
        if (nic != null) {
            nic.onGuestLeft(left.frames());
        }
    }

    private void detach(int flow) {
        disks.detach(flow);
        NicService nic = nic(flow);
        if (nic != null) {
            close(nic);
        }
    }

    private void revoke(NicService nic, String reason) {
        if (nics.contains(nic)) {
            control.send(new ControlMessage.Revoked(nic.flow(), reason));
            close(nic);
        }
    }

    private void close(NicService nic) {
        nics.remove(nic);
        int lastId = nic.lastId();
        lastFramesId = lastId - lastFramesId > 0 ? lastId : lastFramesId;
        nic.close();
    }

    boolean hasDevices() {
        return !disks.isEmpty() || !nics.isEmpty();
    }

    /** Something happened to it. */
    void note(PeerEventKind kind, String detail) {
        if (journal != null) {
            journal.note(kind, detail, endpoint.nowNs());
        }
    }

    /**
     * Finds out soon whether the server is still there. Not before it has told its tag: what is
     * sent without would never be taken, however often it was sent.
     */
    void probe() {
        if (hello != null && !control.isWaiting()) {
            control.probe(1);
        }
    }

    /** Sends what waits, so that it does not wait for the next look at the link as well. */
    int sendSoon() {
        try {
            return association.sendSoon();
        } catch (RuntimeException e) {
            endpoint.endFaulty(this, e);
            return 1;
        }
    }

    int transmit(long nowNs) {
        int work = disks.executeWaiting();
        for (int i = 0; i < nics.size(); i++) {
            work += nics.get(i).doWork();
        }
        return work + association.transmit(nowNs);
    }

    void keepAlive(long nowNs, long intervalNs) {
        if (journal != null) {
            journal.onKeyPhases(association.protection().phases(), nowNs);
        }
        noteMtu();
        if (nowNs - association.lastSentNs() >= intervalNs) {
            probe();
        }
    }

    private void noteMtu() {
        if (association.mtu() < mtu) {
            LOG.warn(
                    "peer={} mtu={} was={}: {}",
                    setup.remote(),
                    association.mtu(),
                    mtu,
                    LossReason.TOO_LONG);
        }
        mtu = association.mtu();
    }

    PeerStatus status() {
        return new PeerStatus(
                hello == null ? setup.remote().toString() : serverName(),
                setup.remote().toString(),
                hello == null ? 0 : workerIndex(),
                hello == null ? PeerState.GREETING : PeerState.ESTABLISHED,
                sinceNs,
                association.mtu(),
                null,
                association.status(),
                journal == null ? List.of() : journal.events());
    }

    /** When {@link #transmit} must run even if nothing is received, or NO_DEADLINE. */
    long deadlineNs() {
        long deadlineNs = association.deadlineNs();
        for (int i = 0; i < nics.size(); i++) {
            long retryNs = nics.get(i).deadlineNs();
            boolean isSooner =
                    retryNs != Agent.NO_DEADLINE
                            && (deadlineNs == Agent.NO_DEADLINE || retryNs - deadlineNs < 0);
            deadlineNs = isSooner ? retryNs : deadlineNs;
        }
        return deadlineNs;
    }

    @Override
    public void close() {
        if (place != null) {
            place.leave();
        }
        disks.close();
        nics.forEach(NicService::close);
        nics.clear();
        inbox.close();
        control.close();
        association.close();
    }
}
