// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.flow.Association;
import io.vrio.transport.message.ControlCodec;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import java.util.HashSet;
import java.util.Set;

/** The control messages and probes of one association, on its way out. One worker. */
final class ControlChannel implements AutoCloseable {
    /**
     * Limit: messages that the peer has not acknowledged; more are not sent, and the association
     * must end. A server with all its disks attached anew needs no more.
     */
    static final int UNDER_WAY_MAX = 16_384;

    private final Association association;
    private final Set<OutboundMessage> underWay = new HashSet<>();
    private int lastControlId;
    private int lastProbeId;
    private boolean isOverrun;

    ControlChannel(Association association) {
        this.association = association;
    }

    void send(ControlMessage message) {
        byte[] bytes = ControlCodec.encode(message);
        OutboundMessage outbound = new OutboundMessage(this::onAcknowledged, bytes.length);
        outbound.header().putBytes(0, bytes, 0, bytes.length);
        // Without gaps: the peer acts on them in this order.
        begin(outbound, MessageKind.CONTROL, ++lastControlId, bytes.length);
    }

    /** Sends {@code length} meaningless bytes, 1 or more, of which the peer tells the arrival. */
    void probe(int length) {
        OutboundMessage outbound = new OutboundMessage(this::onAcknowledged, length);
        begin(outbound, MessageKind.PROBE, ++lastProbeId, length);
    }

    private void begin(OutboundMessage outbound, MessageKind kind, int id, int length) {
        if (underWay.size() == UNDER_WAY_MAX) {
            isOverrun = true;
            outbound.close();
            return;
        }
        underWay.add(outbound);
        outbound.begin(kind, 0, id, length, null);
        association.send(outbound);
    }

    private void onAcknowledged(OutboundMessage outbound) {
        underWay.remove(outbound);
        outbound.end();
        outbound.close();
    }

    /** Whether the peer asks without end and takes no answers: something was not sent. */
    boolean isOverrun() {
        return isOverrun;
    }

    /** Whether something sent here has not been acknowledged. */
    boolean isWaiting() {
        return !underWay.isEmpty();
    }

    @Override
    public void close() {
        for (OutboundMessage outbound : underWay) {
            outbound.end();
            outbound.close();
        }
        underWay.clear();
    }
}
