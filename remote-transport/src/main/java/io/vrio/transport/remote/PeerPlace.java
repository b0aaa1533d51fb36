// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationCounter;
import io.vrio.transport.message.ControlMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a server that was welcomed is among the endpoints of its IOhyp, how much work it makes
 * there, and how it is sent to another. One worker.
 */
final class PeerPlace {
    private static final Logger LOG = LoggerFactory.getLogger(PeerPlace.class);

    private final IohypEndpoint endpoint;
    private final Association association;
    private final ControlChannel control;
    private final boolean followsRedirects;
    private final EndpointGroup.Presence presence;
    private long framesMarked;
    private long framesLately;

    /** It comes in, and is sent on when there is more room elsewhere. */
    PeerPlace(
            ControlMessage.Hello hello,
            ServedPeer peer,
            IohypEndpoint endpoint,
            ControlChannel control) {
        this.endpoint = endpoint;
        this.control = control;
        association = peer.association();
        followsRedirects = hello.followsRedirects();
        presence = new EndpointGroup.Presence(hello, peer, endpoint);
        endpoint.group().enter(presence);
        if (followsRedirects) {
            redirect(endpoint.group().place(presence, endpoint.nowNs()));
        }
    }

    EndpointGroup.Presence presence() {
        return presence;
    }

    private void redirect(int port) {
        if (port != EndpointGroup.STAY) {
            LOG.info("peer={} goes to port {}", association.remote(), port);
            control.send(new ControlMessage.Redirect(port));
        }
    }

    /** Has it go to another endpoint of this IOhyp. */
    void redirectTo(IohypEndpoint to) {
        redirect(endpoint.group().send(presence, to, endpoint.nowNs()));
    }

    /** Has it go to whichever of the others has the most room. */
    void redirectAway() {
        redirect(endpoint.group().sendAnywhere(presence, endpoint.nowNs()));
    }

    /** It asks for a NIC, of which there are none here. */
    void redirectToNics(int flow) {
        if (followsRedirects) {
            redirect(endpoint.group().sendToFirst(presence, endpoint.nowNs()));
        } else {
            String reason = "this port of the IOhyp has no NICs: set --peer to its first port";
            control.send(new ControlMessage.AttachRefused(flow, reason));
        }
    }

    /** Whether it goes elsewhere when it is told to. */
    boolean mayMove() {
        return followsRedirects && !endpoint.group().isBound(presence);
    }

    /** Ends a time over which super-frames are counted, and begins the next. */
    void markFrames() {
        long frames =
                association.counters().value(AssociationCounter.FRAMES_SENT)
                        + association.counters().value(AssociationCounter.FRAMES_RECEIVED);
        framesLately = frames - framesMarked;
        framesMarked = frames;
    }

    /** Super-frames in the last time that has ended. */
    long framesLately() {
        return framesLately;
    }

    /** The association has ended. */
    void leave() {
        endpoint.group().leave(presence);
    }
}
