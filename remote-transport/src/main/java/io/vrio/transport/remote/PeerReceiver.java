// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.secure.HandshakeMessage;
import io.vrio.transport.secure.HandshakeMessage.Refusal;
import io.vrio.transport.wire.FrameHeader;

/**
 * Takes a server's frames off the link, large reads straight into guest memory where it can, and
 * tells what each means for the association and its opening. One worker.
 */
final class PeerReceiver {
    /** Limit: frames received in one duty cycle. */
    private static final int FRAMES_MAX = 64;

    /** What frames lead to. */
    interface Events {
        /** The association that they would be for, or null. */
        Association association();

        /** Somebody, perhaps not the peer, says that the peer is gone. */
        void onSuspicion(FrameHeader header, long nowNs);

        /** The peer does not want us, until an operator acts. */
        void onRefusal(String why, long nowNs);

        /** The association is over. */
        void onLoss(String why, long nowNs);
    }

    private final PeerPort port;
    private final FrameBufferPool buffers;
    private final DeviceTable devices;
    private final PeerOpening opening;
    private final PeerProgress progress;
    private final Events events;
    private final DirectReceiver direct;
    private final FrameHeader header = new FrameHeader();
    private final Looks looks = new Looks();

    PeerReceiver(
            PeerPort port,
            FrameBufferPool buffers,
            DeviceTable devices,
            PeerOpening opening,
            PeerProgress progress,
            Events events) {
        this.port = port;
        this.buffers = buffers;
        this.devices = devices;
        this.opening = opening;
        this.progress = progress;
        this.events = events;
        direct = new DirectReceiver(devices::disk);
    }

    /** Returns how many frames have come. */
    int receive(long nowNs) {
        int count = 0;
        int framesMax = looks.isBurst() ? FRAMES_MAX : 1;
        // A frame may end the association, and with it the link.
        while (opening.link() != null && count < framesMax) {
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
        return looks.onLook(count);
    }

    private int receive(FrameBuffer buffer) {
        Association association = events.association();
        // What is sealed cannot be looked at before it is there as a whole.
        boolean isPlain = association != null && !association.isSealed();
        return isPlain && devices.hasLargeReads()
                ? direct.receive(opening.link(), buffer, association)
                : opening.link().receive(buffer.slice());
    }

    private void onFrame(FrameBuffer buffer, int length, long nowNs) {
        header.wrap(buffer.slice());
        boolean isFromPeer = header.invalidReason(length) == null && port.isSender(header);
        if (!isFromPeer) {
            return;
        }
        try {
            dispatch(buffer, nowNs);
        } catch (AssociationException e) {
            // It may have ended already, by something that came before in the same super-frame.
            if (events.association() != null) {
                events.association().sendRst();
            }
            events.onLoss("the peer broke the protocol: " + e.getMessage(), nowNs);
        }
    }

    private void dispatch(FrameBuffer buffer, long nowNs) {
        int flags = header.flags();
        if ((flags & FrameHeader.RST) != 0) {
            onRst(nowNs);
        } else if (flags == (FrameHeader.SYN | FrameHeader.ACK)) {
            opening.onSynAck(header, nowNs);
        } else if ((flags & FrameHeader.FIN) != 0) {
            onFin(nowNs);
        } else if (header.payloadLength() > 0) {
            onPayload(buffer, nowNs);
        }
    }

    private void onRst(long nowNs) {
        if (!opening.onRst(header, nowNs) && isPlausible()) {
            onEnd(LossReason.BROKEN_OFF, nowNs);
        }
    }

    private void onFin(long nowNs) {
        if (isPlausible()) {
            if (!events.association().isSealed()) {
                events.association().sendFin();
            }
            onEnd(LossReason.STOPPED, nowNs);
        }
    }

    private boolean isPlausible() {
        Association association = events.association();
        return association != null && association.isPlausible(header);
    }

    private void onEnd(String why, long nowNs) {
        if (events.association().isSealed()) {
            // It may be anybody's: the peer would have said so under seal.
            events.onSuspicion(header, nowNs);
        } else {
            events.onLoss(why, nowNs);
        }
    }

    private void onPayload(FrameBuffer buffer, long nowNs) {
        Association association = events.association();
        byte[] handshakeMessage =
                progress.isKeying() || progress.state() == PeerState.GREETING
                        ? HandshakeSender.payload(header, buffer)
                        : null;
        if (progress.isKeying() && handshakeMessage != null) {
            opening.onAnswer(handshakeMessage, nowNs);
        } else if (handshakeMessage != null && !association.isSealed()) {
            onRefusal(handshakeMessage, nowNs);
        } else if (association != null) {
            association.onFrame(header, buffer);
        }
    }

    private void onRefusal(byte[] message, long nowNs) {
        if (HandshakeMessage.decode(message) instanceof Refusal refusal) {
            events.onRefusal(LossReason.of(refusal.reason()), nowNs);
        }
    }
}
