// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;

/**
 * A message on its way to the peer: a short header of its own and data that stays where it is.
 * Pooled by whoever sends it; one worker. Between {@link #begin} and {@link #end} its data must
 * stay valid, because it may be sent again.
 */
public final class OutboundMessage implements AutoCloseable {
    /** Limit: bytes of a message's own header. */
    public static final int HEADER_MAX = 64;

    /** Hears that the peer has all of it. */
    @FunctionalInterface
    public interface Listener {
        void onAcknowledged(OutboundMessage message);
    }

    private final NativeBuffer headerMemory;
    private final SliceList content = new SliceList();
    private final Listener listener;
    private MessageKind kind;
    private int flow;
    private int id;
    private int sent;
    private int framesUnacknowledged;
    private int life;
    private boolean isUnderWay;
    private boolean isDataLost;

    public OutboundMessage(Listener listener) {
        this(listener, HEADER_MAX);
    }

    /**
     * @param headerLength bytes kept for the message's own header
     */
    public OutboundMessage(Listener listener, int headerLength) {
        this.listener = listener;
        headerMemory = new NativeBuffer(headerLength);
    }

    /** Where the message's own header is written, before {@link #begin}. */
    public MemorySlice header() {
        return headerMemory.slice();
    }

    /**
     * Starts a life on the wire.
     *
     * @param headerLength bytes of {@link #header} that are sent
     * @param data what follows the header
     */
    public void begin(MessageKind kind, int flow, int id, int headerLength, SliceList data) {
        if (isUnderWay) {
            throw new IllegalStateException("message is under way");
        }
        this.kind = kind;
        this.flow = flow;
        this.id = id;
        content.clear();
        content.add(headerMemory.slice(), 0, headerLength);
        if (data != null) {
            content.add(data, 0, data.length());
        }
        sent = 0;
        framesUnacknowledged = 0;
        isDataLost = false;
        isUnderWay = true;
    }

    /** Ends this life: the data may go. Frames that still carry it are never sent again. */
    public void end() {
        isUnderWay = false;
        life++;
        content.clear();
    }

    public boolean isUnderWay() {
        return isUnderWay;
    }

    /** Memory of its data has vanished: zeroes are sent in its place. */
    public void onDataLost() {
        isDataLost = true;
    }

    /** Whether the peer gets something else than was meant; the owner must not trust its answer. */
    public boolean isDataLost() {
        return isDataLost;
    }

    /** Whether all of it is in memory of its own. */
    public boolean isHeaderOnly() {
        return content.count() == 1;
    }

    /** Changes with every life; tells whether a frame carries this message or an earlier one. */
    public int life() {
        return life;
    }

    public MessageKind kind() {
        return kind;
    }

    public int flow() {
        return flow;
    }

    public int id() {
        return id;
    }

    /** Header and data. */
    public SliceList content() {
        return content;
    }

    public int length() {
        return (int) content.length();
    }

    /** Bytes that have been put into frames. */
    public int sent() {
        return sent;
    }

    /**
     * Of the bytes that are left, how many are never cut in two: the receiver needs them to go on.
     */
    public int wholeLength() {
        int rest = length() - sent;
        return kind() == MessageKind.CONTROL ? rest : Math.min(rest, HEADER_MAX);
    }

    /** A frame has taken the next {@code length} bytes. */
    public void onSend(int length) {
        sent += length;
        framesUnacknowledged++;
    }

    /** A frame that carries part of it is known to have arrived. */
    public void onFrameAcknowledged() {
        framesUnacknowledged--;
        if (framesUnacknowledged == 0 && sent == length()) {
            listener.onAcknowledged(this);
        }
    }

    @Override
    public void close() {
        headerMemory.close();
    }
}
