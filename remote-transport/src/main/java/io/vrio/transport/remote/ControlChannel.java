// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.message.ControlCodec;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.message.SegmentHeader;
import java.io.IOException;
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
    private int nextId = 1;
    private boolean isOverrun;

    ControlChannel(Association association) {
        this.association = association;
    }

    void send(ControlMessage message) {
        byte[] bytes = ControlCodec.encode(message);
        OutboundMessage outbound = new OutboundMessage(this::onAcknowledged, bytes.length);
        outbound.header().putBytes(0, bytes, 0, bytes.length);
        begin(outbound, MessageKind.CONTROL, bytes.length, null);
    }

    /** Sends {@code length} meaningless bytes, 1 or more, of which the peer tells the arrival. */
    void probe(int length) {
        OutboundMessage outbound = new OutboundMessage(this::onAcknowledged, length);
        begin(outbound, MessageKind.PROBE, length, null);
    }

    private void begin(OutboundMessage outbound, MessageKind kind, int length, SliceList data) {
        if (underWay.size() == UNDER_WAY_MAX) {
            isOverrun = true;
            outbound.close();
            return;
        }
        underWay.add(outbound);
        outbound.begin(kind, 0, nextId++, length, data);
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

    /**
     * Reads a control message, which must be in one segment.
     *
     * @throws AssociationException when it is not one that this version knows
     */
    static ControlMessage read(SegmentHeader segment, MemorySlice memory, long offset) {
        int length = segment.segmentLength();
        if (length != segment.messageLength() || length > ControlMessage.LENGTH_MAX) {
            throw new AssociationException("control message of " + segment.messageLength());
        }
        byte[] bytes = new byte[length];
        memory.getBytes(offset, bytes, 0, length);
        try {
            return ControlCodec.decode(bytes);
        } catch (IOException e) {
            throw new AssociationException(e.getMessage());
        }
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
