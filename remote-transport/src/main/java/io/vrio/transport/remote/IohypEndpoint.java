// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.counter.Counters;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.flow.AssociationSetup;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.flow.SegmentHandler;
import io.vrio.transport.link.Link;
import io.vrio.transport.remote.Admission.Verdict;
import io.vrio.transport.secure.Protection;
import io.vrio.transport.secure.SealedProtection;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.SequenceNumber;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The IOhyp's end of all its associations on one link: lets servers in, sorts frames, and ends what
 * is silent. Nothing is remembered of a peer before it has proved that it receives our answers. One
 * worker.
 */
public final class IohypEndpoint implements Agent {
    private static final Logger LOG = LoggerFactory.getLogger(IohypEndpoint.class);

    /** Limit: frames received in one duty cycle. */
    private static final int FRAMES_MAX = 64;

    /** Limit: bytes of these; the ends of long writes must not wait for many more to come. */
    private static final int BYTES_MAX = 1 << 20;

    /** Limit: this part of all buffers; who keeps more is sent away when none is left. */
    private static final int HOARD_DIVISOR = 16;

    /**
     * Limit: log lines about faults of this program, which a hostile server might cause at will.
     */
    private static final int FAULT_LINES_MAX = 16;

    private static final long KEEP_ALIVE_NS = 1_000_000_000L;

    private final EndpointOptions options;
    private final Link link;
    private final Catalogs catalogs;
    private final NanoClock clock;
    private final FrameBufferPool buffers;
    private final RandomGenerator random;
    private final Admission admission;
    private final StrangerReplies replies;
    private final Counters<EndpointCounter> counters = new Counters<>(EndpointCounter.class);
    private final Counters<RemoteNicCounter> nicCounters = new Counters<>(RemoteNicCounter.class);
    private final PeerJournals journals = new PeerJournals();
    private final PeerList places = new PeerList();
    private final Looks looks = new Looks();
    private final List<ServedPeer> peers = places.all();
    private final FrameHeader header = new FrameHeader();
    private final int mtu;
    private Endpoint local;
    private EndpointGroup group = new EndpointGroup();
    private Consumer<Runnable> worker = Runnable::run;
    private long housekeepingNs;

    /**
     * @param random unpredictable: cookies and tags come from it
     */
    public IohypEndpoint(
            EndpointOptions options,
            Link link,
            Catalogs catalogs,
            NanoClock clock,
            FrameBufferPool buffers,
            RandomGenerator random) {
        this.options = options;
        this.link = link;
        this.catalogs = catalogs;
        this.clock = clock;
        this.buffers = buffers;
        this.random = random;
        admission = new Admission(options.keys(), random);
        mtu = Math.min(options.mtuMax(), link.mtu());
        local = options.local();
        housekeepingNs = clock.nanoTime();
        replies = new StrangerReplies(local, link, mtu, counters, random, housekeepingNs);
        group.add(this);
    }

    /**
     * One of several endpoints of this IOhyp from now on, the first one first; before its first
     * duty cycle.
     *
     * @param newWorker runs a command on this one's worker, soon
     */
    public void join(EndpointGroup newGroup, Consumer<Runnable> newWorker) {
        group = newGroup;
        worker = newWorker;
        group.add(this);
    }

    EndpointGroup group() {
        return group;
    }

    /** Runs a command on its worker, soon. Any thread. */
    void tell(Runnable command) {
        try {
            worker.accept(command);
        } catch (IllegalStateException e) {
            LOG.debug("not told, its associations have ended: {}", e.getMessage());
        }
    }

    /** The TCP port that servers come to. Any thread. */
    int port() {
        return options.local().port();
    }

    /** Requests and frames that have come to an end. */
    public long served() {
        return counters.value(EndpointCounter.REQUESTS)
                + nicCounters.value(RemoteNicCounter.FRAMES_SENT)
                + nicCounters.value(RemoteNicCounter.FRAMES_RECEIVED);
    }

    /** A time over which the load of each association is counted ends, and the next begins. */
    public void markLoad() {
        for (ServedPeer peer : peers) {
            if (peer.place() != null) {
                peer.place().markFrames();
            }
        }
    }

    /**
     * Sends associations to another endpoint that were about a share of the load in the last time
     * that {@link #markLoad} has ended.
     *
     * @param share 0 to 1
     * @return how many
     */
    public int shed(double share, IohypEndpoint to) {
        List<ServedPeer> chosen = LoadShares.choose(peers, share);
        chosen.forEach(peer -> peer.place().redirectTo(to));
        return chosen.size();
    }

    /** Sends all associations to the other endpoints. */
    public void shedAll() {
        peers.stream().filter(ServedPeer::mayMove).forEach(peer -> peer.place().redirectAway());
    }

    /** Ends those that did not go. */
    public void endAll() {
        for (ServedPeer peer : List.copyOf(peers)) {
            peer.association().sendFin();
            end(peer, "the worker ends that served it", false);
        }
    }

    /** How many servers are here, or their workers. */
    public int peerCount() {
        return peers.size();
    }

    @Override
    public String name() {
        return "iohyp " + options.local();
    }

    /** Associations that are opened from now on have this end, which has the same address. */
    public void moveTo(Endpoint newLocal) {
        local = newLocal;
        replies.moveTo(newLocal);
    }

    PeerJournals journals() {
        return journals;
    }

    Catalogs catalogs() {
        return catalogs;
    }

    NanoClock clock() {
        return clock;
    }

    long epoch() {
        return options.epoch();
    }

    long nowNs() {
        return clock.nanoTime();
    }

    Association associate(AssociationSetup setup, SegmentHandler handler) {
        return new Association(setup, link, buffers, clock, handler);
    }

    @Override
    public int doWork() {
        int work = places.sendSoon() + receive(clock.nanoTime());
        long nowNs = clock.nanoTime();
        for (int i = 0; i < peers.size(); i++) {
            work += transmit(peers.get(i), nowNs);
        }
        if (housekeepingNs - nowNs <= 0) {
            // After a long stop of our own, what servers have said still waits: judged next time.
            boolean wasStopped = nowNs - housekeepingNs >= KEEP_ALIVE_NS;
            housekeepingNs = nowNs + KEEP_ALIVE_NS / 4;
            if (!wasStopped) {
                endSilent(nowNs);
            }
        }
        return work;
    }

    private int transmit(ServedPeer peer, long nowNs) {
        try {
            return peer.transmit(nowNs);
        } catch (RuntimeException e) {
            endFaulty(peer, e);
            return 1;
        }
    }

    private int receive(long nowNs) {
        int count = 0;
        int bytes = 0;
        while (count < FRAMES_MAX && bytes < BYTES_MAX) {
            FrameBuffer buffer = buffers.take();
            if (buffer == null) {
                counters.increment(EndpointCounter.STARVED_OF_BUFFERS);
                endHoarder();
                break;
            }
            try {
                int length = link.receive(buffer.slice());
                if (length == 0) {
                    break;
                }
                onFrame(buffer, length, nowNs);
                bytes += length;
                if (++count == 1 && !looks.isBurst()) {
                    places.sendSoon();
                }
            } finally {
                buffer.release();
            }
        }
        return looks.onLook(count);
    }

    /** Nothing can be received: who keeps many buffers with messages it does not end must go. */
    private void endHoarder() {
        long most = (long) buffers.capacity() * FrameBuffer.LENGTH / HOARD_DIVISOR;
        ServedPeer hoarder = places.hoarder(most);
        if (hoarder != null) {
            hoarder.association().sendRst();
            end(hoarder, "the server begins messages and does not end them", true);
        }
    }

    private void onFrame(FrameBuffer buffer, int length, long nowNs) {
        header.wrap(buffer.slice());
        if (header.invalidReason(length) != null) {
            counters.increment(EndpointCounter.FRAMES_INVALID);
            return;
        }
        ServedPeer peer = places.sender(header);
        if (peer != null) {
            onPeerFrame(peer, buffer, nowNs);
        } else if (header.flags() == FrameHeader.SYN) {
            replies.answerSyn(header, nowNs);
        } else if (header.payloadLength() > 0) {
            letIn(buffer, nowNs);
        }
    }

    private void onPeerFrame(ServedPeer peer, FrameBuffer buffer, long nowNs) {
        int flags = header.flags();
        try {
            if ((flags & FrameHeader.RST) != 0) {
                if (mayEnd(peer, nowNs)) {
                    end(peer, "the server broke off", true);
                }
            } else if ((flags & FrameHeader.FIN) != 0) {
                if (mayEnd(peer, nowNs)) {
                    peer.association().sendFin();
                    end(peer, "the server has stopped", false);
                }
            } else if ((flags & FrameHeader.SYN) == 0 && header.payloadLength() > 0) {
                onPayload(peer, buffer, nowNs);
            }
        } catch (AssociationException e) {
            counters.increment(EndpointCounter.PROTOCOL_ERRORS);
            peer.association().sendRst();
            end(peer, "the server broke the protocol: " + e.getMessage(), true);
        } catch (RuntimeException e) {
            endFaulty(peer, e);
        }
    }

    /** Whether an RST or FIN can be believed. */
    private boolean mayEnd(ServedPeer peer, long nowNs) {
        if (!peer.association().isPlausible(header)) {
            return false;
        }
        if (peer.association().isSealed()) {
            // It may be anybody's: what the server says, or not, will tell.
            if (peer.association().suspect(header, nowNs)) {
                peer.probe();
            }
            peer.note(PeerEventKind.SUSPECTED, "");
            return false;
        }
        return true;
    }

    private void onPayload(ServedPeer peer, FrameBuffer buffer, long nowNs) {
        byte[] answer = peer.answerTo(header);
        if (answer == null) {
            Association association = peer.association();
            association.onFrame(header, buffer);
            // Its gateway may have moved, or it has itself.
            association.hardwareAddress(association.sourceHardwareAddress());
        } else {
            // It repeats its opening, which is longer than the answer.
            replies.sendHandshake(header, answer);
        }
    }

    /** A fault of this program, met while serving one server: the others must not suffer. */
    void endFaulty(ServedPeer peer, RuntimeException fault) {
        counters.increment(EndpointCounter.FAULTS);
        if (counters.value(EndpointCounter.FAULTS) <= FAULT_LINES_MAX) {
            LOG.error("peer={} ends: a fault of this program", peer.association().remote(), fault);
        }
        peer.association().sendRst();
        end(peer, "a fault of this program", true);
    }

    /** A frame of nobody we know: the first of a server that has seen our SYN-ACK, or refused. */
    private void letIn(FrameBuffer buffer, long nowNs) {
        if (!replies.isInvited(header, nowNs) || !places.hasPlaceFor(header)) {
            replies.sendRst(header, nowNs);
            return;
        }
        long firstSent = SequenceNumber.afterSyn(header.acknowledgement() - 1);
        long firstReceived = SequenceNumber.afterSyn((int) header.superFrameStart48() - 1);
        Verdict verdict =
                admission.judge(
                        HandshakeSender.payload(header, buffer),
                        header.source(),
                        firstReceived,
                        firstSent,
                        nowNs);
        if (verdict instanceof Verdict.Refused refused) {
            counters.increment(EndpointCounter.REFUSALS);
            replies.sayRefused(header, refused.reason(), nowNs);
        } else if (verdict instanceof Verdict.Authenticated authenticated) {
            byte[] answer = authenticated.accepted().answer();
            ServedPeer peer =
                    begin(
                            firstSent + answer.length,
                            firstReceived + header.payloadLength(),
                            new SealedProtection(
                                    authenticated.accepted().keys(), options.keyLimits(), nowNs));
            peer.authenticate(authenticated.serverName(), answer);
            replies.sendHandshake(header, answer);
        } else {
            onPeerFrame(begin(firstSent, firstReceived, Protection.NONE), buffer, nowNs);
        }
    }

    private ServedPeer begin(long firstSent, long firstReceived, Protection protection) {
        AssociationSetup setup =
                new AssociationSetup(
                        local, header.source(), firstSent, firstReceived, 0, mtu, protection);
        ServedPeer peer = new ServedPeer(this, setup, buffers, counters, nowNs(), random.nextInt());
        peers.add(peer);
        counters.increment(EndpointCounter.ASSOCIATIONS_BEGUN);
        return peer;
    }

    /**
     * A worker of a server attaches devices: what it had before is over, and so is what an earlier
     * process of the server's name had, if that has ended.
     *
     * @return why it cannot have any now, or null
     */
    String makeWay(ServedPeer newer) {
        for (ServedPeer peer : List.copyOf(peers)) {
            boolean isOlder = peer != newer && newer.serverName().equals(peer.serverName());
            if (!isOlder) {
                continue;
            }
            if (peer.serverEpoch() == newer.serverEpoch()) {
                if (peer.workerIndex() == newer.workerIndex()) {
                    replace(peer);
                }
            } else if (peer.hasDevices()) {
                // One that has ended answers RST, and the server asks again soon.
                peer.probe();
                return peer.isHereAlready();
            }
        }
        return group.makeWay(newer.place().presence());
    }

    /** It has a newer association at another endpoint. */
    void replace(ServedPeer peer) {
        if (peers.contains(peer)) {
            end(peer, "the server has a new association", false);
        }
    }

    private void endSilent(long nowNs) {
        for (ServedPeer peer : List.copyOf(peers)) {
            peer.keepAlive(nowNs, KEEP_ALIVE_NS);
            String reason = peer.endReason(nowNs, options.peerTimeoutNs());
            if (reason != null) {
                peer.association().sendRst();
                end(peer, reason, true);
            }
        }
    }

    void end(ServedPeer peer, String why, boolean isLost) {
        if (isLost) {
            counters.increment(EndpointCounter.ASSOCIATIONS_LOST);
        }
        LOG.info(
                "peer={} server={} ended: {}", peer.association().remote(), peer.serverName(), why);
        peer.note(isLost ? PeerEventKind.LOST : PeerEventKind.ENDED, why);
        peers.remove(peer);
        peer.close();
    }

    @Override
    public long deadlineNs() {
        long deadlineNs = housekeepingNs;
        for (int i = 0; i < peers.size(); i++) {
            long peerNs = peers.get(i).deadlineNs();
            if (peerNs != NO_DEADLINE && peerNs - deadlineNs < 0) {
                deadlineNs = peerNs;
            }
        }
        return deadlineNs;
    }

    /** The servers that are there now. */
    List<ServedPeer> servedPeers() {
        return peers;
    }

    /** The same, in numbers. */
    public List<PeerStatus> peers() {
        return peers.stream().map(ServedPeer::status).toList();
    }

    /** The servers that were there since the start and are not now. */
    public List<PeerStatus> formerPeers() {
        return journals.former(peers());
    }

    public Counters<EndpointCounter> counters() {
        return counters;
    }

    /** Of all NICs that servers use. */
    public Counters<RemoteNicCounter> nicCounters() {
        return nicCounters;
    }

    /** Says goodbye to all. The link is closed by whoever made it. */
    @Override
    public void close() {
        if (!group.isLeaving(this)) {
            catalogs.disks().onEndpointClose();
            catalogs.nics().onEndpointClose();
        }
        for (ServedPeer peer : peers) {
            peer.association().transmit(clock.nanoTime());
            peer.association().sendFin();
            peer.close();
        }
        peers.clear();
        group.remove(this);
        replies.close();
    }
}
