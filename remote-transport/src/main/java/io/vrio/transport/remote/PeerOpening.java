// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationSetup;
import io.vrio.transport.flow.Suspicion;
import io.vrio.transport.link.LinkException;
import io.vrio.transport.link.ScatterLink;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's way to its IOhyp, up to where an association can begin: the Ethernet address, a link,
 * the handshake of three ways, the keys. Used again for each attempt. One worker.
 */
final class PeerOpening {
    private static final Logger LOG = LoggerFactory.getLogger(PeerOpening.class);

    private static final long MS = 1_000_000L;
    private static final long RESOLVE_INTERVAL_NS = 20 * MS;
    static final long SYN_INTERVAL_NS = 20 * MS;
    private static final long SYN_INTERVAL_MAX_NS = 1000 * MS;
    private static final int SYN_WINDOW = 65535;

    /**
     * So long attempts begin with what the path carried; then it may be wider (RFC 8899, 5.1.1).
     */
    private static final long NARROW_NS = 600_000 * MS;

    /** What becomes of an attempt. */
    interface Outcome {
        /** The peer has answered, and with keys proved who it is. */
        void onOpened(AssociationSetup setup, long nowNs);

        /** The attempt is over. */
        void onLoss(String why, long nowNs);
    }

    private final PeerOptions options;
    private final PeerPort port;
    private final LinkFactory links;
    private final RandomGenerator random;
    private final PeerProgress progress;
    private final Outcome outcome;
    private final ServerHandshake handshake = new ServerHandshake(SYN_WINDOW);
    private final ServerKeying keying;
    private LinkFactory.OpenLink openLink;
    private int mtu;

    /** More than any, until the path shows what it carries. */
    private int pathMtu = Integer.MAX_VALUE;

    private long narrowedNs;
    private long followedNs;

    /**
     * @param random unpredictable: initial sequence numbers and tags come from it
     * @param progress of the peer: this takes it from WAITING to KEYING
     */
    PeerOpening(
            PeerOptions options,
            PeerPort port,
            LinkFactory links,
            RandomGenerator random,
            PeerProgress progress,
            Outcome outcome) {
        this.options = options;
        this.port = port;
        this.links = links;
        this.random = random;
        this.progress = progress;
        this.outcome = outcome;
        keying = new ServerKeying(options, random);
    }

    /** The link of this attempt, or null. */
    ScatterLink link() {
        return openLink == null ? null : openLink.link();
    }

    /** What this end can have, of the last attempt that had a link. */
    int mtu() {
        return mtu;
    }

    /** The path carries no more than this. */
    void narrow(int newPathMtu, long nowNs) {
        pathMtu = newPathMtu;
        narrowedNs = nowNs;
    }

    /** Frames may have to go to another station now: a gateway has moved, or the peer. */
    void follow(Association association, long nowNs) {
        if (nowNs - followedNs < RESOLVE_INTERVAL_NS) {
            return;
        }
        followedNs = nowNs;
        long hardwareAddress = links.resolve(options.remoteAddress());
        if (hardwareAddress != 0 && hardwareAddress != association.hardwareAddress()) {
            association.hardwareAddress(hardwareAddress);
            LOG.info("peer={} is reached through another station now", port.address());
        }
    }

    /** Looks for the Ethernet address, as often as it takes. */
    void resolve(long nowNs) {
        long hardwareAddress = links.resolve(options.remoteAddress());
        if (hardwareAddress != 0) {
            open(hardwareAddress, nowNs);
        } else if (progress.isOverdue(nowNs)) {
            outcome.onLoss(LossReason.noHost(options.remoteAddress()), nowNs);
        } else {
            progress.pause(nowNs, RESOLVE_INTERVAL_NS);
        }
    }

    private void open(long hardwareAddress, long nowNs) {
        try {
            openLink = links.open();
        } catch (LinkException e) {
            outcome.onLoss(e.getMessage(), nowNs);
            return;
        }
        mtu = Math.min(options.mtuMax(), openLink.link().mtu());
        if (nowNs - narrowedNs < NARROW_NS) {
            mtu = Math.min(mtu, pathMtu);
        }
        Endpoint remote = new Endpoint(hardwareAddress, options.remoteAddress(), port.number());
        handshake.begin(openLink.local(), remote, mtu, random.nextInt());
        progress.enter(PeerState.OPENING, nowNs);
        repeatSyn(nowNs);
    }

    void repeatSyn(long nowNs) {
        if (progress.isOverdue(nowNs) || port.isInVain(progress.sinceNs(), nowNs)) {
            outcome.onLoss(LossReason.noAnswer(port.address()), nowNs);
            return;
        }
        handshake.sendSyn(openLink.link());
        long passedNs = Math.max(SYN_INTERVAL_NS, nowNs - progress.sinceNs());
        progress.pause(nowNs, Math.min(SYN_INTERVAL_MAX_NS, passedNs));
    }

    void onSynAck(FrameHeader header, long nowNs) {
        if (progress.state() != PeerState.OPENING || !handshake.isAcknowledged(header)) {
            return;
        }
        int tag = random.nextInt();
        AssociationSetup setup = handshake.accept(openLink.link(), header, tag);
        if (keying.isWanted()) {
            keying.begin(setup);
            progress.enter(PeerState.KEYING, nowNs);
            repeatKeying(nowNs);
        } else {
            outcome.onOpened(setup, nowNs);
        }
    }

    void repeatKeying(long nowNs) {
        String endReason = keying.endReason(nowNs);
        if (endReason != null) {
            outcome.onLoss(endReason, nowNs);
        } else if (progress.isOverdue(nowNs)) {
            outcome.onLoss(LossReason.noGreeting(port.address()), nowNs);
        } else {
            handshake.sendOpening(openLink.link(), keying.setup(), keying.opening());
            long passedNs = Math.max(SYN_INTERVAL_NS, nowNs - progress.sinceNs());
            progress.pause(nowNs, Math.min(Suspicion.TIME_NS, passedNs));
        }
    }

    /** A message came while we are proving who we are. */
    void onAnswer(byte[] message, long nowNs) {
        AssociationSetup setup = keying.onAnswer(message, nowNs);
        if (setup != null) {
            outcome.onOpened(setup, nowNs);
        }
    }

    /**
     * Takes an RST before there is an association.
     *
     * @return false when it does not answer what was sent
     */
    boolean onRst(FrameHeader header, long nowNs) {
        if (progress.state() == PeerState.OPENING && handshake.isAcknowledged(header)) {
            outcome.onLoss(LossReason.noListener(port.address()), nowNs);
            return true;
        }
        if (progress.isKeying() && keying.isAnswered(header)) {
            keying.suspect(LossReason.noGreeting(port.address()), nowNs);
            return true;
        }
        return false;
    }

    /** Ends the attempt: wipes the keys it has, and closes the link. */
    void close() {
        keying.close();
        if (openLink != null) {
            openLink.close();
            openLink = null;
        }
    }
}
