// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.counter.Counters;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.SegmentHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One disk as one server uses it, at the IOhyp: turns request messages into block requests and
 * their ends into answers. Lives from attach to detach, and on until its last request has ended;
 * one worker.
 */
final class DiskService {
    /** Limit: requests of one disk that a server may have under way. */
    static final int REQUESTS_MAX = 1024;

    /**
     * Limit: requests of one disk that have not ended here; a server that sends more is broken. To
     * the server a request has ended when the answer is there, here when that is known.
     */
    private static final int SLOTS_MAX = 2 * REQUESTS_MAX;

    /** Limit: messages received in part; more means that the peer interleaves without end. */
    static final int PARTIALS_MAX = 256;

    /** Bytes of one buffer that are used for answers. */
    private static final int ROOM = 64 << 10;

    private final int flow;
    private final DiskClaim claim;
    private final Association association;
    private final BufferShare share;
    private final RoomQueue rooms;
    private final Counters<EndpointCounter> counters;
    private final ArrayDeque<InboundRequest> free = new ArrayDeque<>();
    private final List<InboundRequest> all = new ArrayList<>();
    private final List<InboundRequest> partials = new ArrayList<>();
    private final ArrayDeque<InboundRequest> waitingForRoom = new ArrayDeque<>();
    private long requests;
    private boolean isClosed;

    DiskService(
            int flow,
            DiskClaim claim,
            Association association,
            BufferShare share,
            RoomQueue rooms,
            Counters<EndpointCounter> counters) {
        this.flow = flow;
        this.claim = claim;
        this.association = association;
        this.share = share;
        this.rooms = rooms;
        this.counters = counters;
    }

    int flow() {
        return flow;
    }

    /** How many have ended. */
    long requests() {
        return requests;
    }

    ControlMessage.Attached attached() {
        DiskProperties properties = claim.disk().properties();
        return new ControlMessage.Attached(flow, claim.incarnation(), REQUESTS_MAX, properties);
    }

    void onSegment(SegmentHeader segment, FrameBuffer buffer, long offset) {
        InboundRequest request = partial(segment.id());
        boolean isFirst = request == null;
        if (isFirst) {
            request = take();
            request.begin(segment.id(), segment.messageLength());
            partials.add(request);
        }
        int buffersBefore = request.bufferCount();
        request.add(segment, buffer, offset);
        if (request.isComplete()) {
            partials.remove(request);
            association.onHeldBytesChange(-heldBytes(buffersBefore));
            execute(request);
        } else {
            association.onHeldBytesChange(heldBytes(request.bufferCount() - buffersBefore));
        }
    }

    private static long heldBytes(int buffers) {
        return (long) buffers * FrameBuffer.LENGTH;
    }

    private InboundRequest partial(int id) {
        for (int i = 0; i < partials.size(); i++) {
            if (partials.get(i).id() == id) {
                return partials.get(i);
            }
        }
        return null;
    }

    private InboundRequest take() {
        boolean isExhausted = free.isEmpty() && all.size() == SLOTS_MAX;
        if (isExhausted || partials.size() == PARTIALS_MAX) {
            throw new AssociationException("more requests under way than were allowed");
        }
        InboundRequest request = free.pollLast();
        if (request != null) {
            return request;
        }
        InboundRequest made = new InboundRequest(this);
        all.add(made);
        return made;
    }

    private void execute(InboundRequest request) {
        MemorySlice memory = request.headerBuffer().slice();
        long at = request.headerOffset();
        BlockRequestKind kind = BlockMessage.kind(memory, at);
        long length = BlockMessage.length(memory, at);
        BlockRequest block = request.block;
        BlockRequestKind known = kind == null ? BlockRequestKind.FLUSH : kind;
        block.begin(known, BlockMessage.position(memory, at), length, request.completion);
        block.allowUnmap(BlockMessage.isUnmapAllowed(memory, at));
        IoStatus status = kind == null ? IoStatus.UNSUPPORTED : check(request);
        if (status != IoStatus.OK) {
            block.complete(status);
        } else if (BlockMessage.isAnsweredWithData(known)) {
            release(request);
            if (!isWaiting()) {
                rooms.add(this);
            }
            waitingForRoom.addLast(request);
            rooms.execute();
        } else {
            request.gatherData();
            claim.disk().port().submit(block);
        }
    }

    private IoStatus check(InboundRequest request) {
        BlockRequest block = request.block;
        long length = block.length();
        boolean isLengthRight =
                switch (block.kind()) {
                    case WRITE -> length == request.dataLength();
                    case READ -> length > 0 && length <= DiskProperties.TRANSFER_MAX;
                    case GET_ID -> length == DiskProperties.SERIAL_MAX;
                    case FLUSH, DISCARD, WRITE_ZEROES -> true;
                };
        return isLengthRight ? claim.disk().properties().check(block) : IoStatus.OUT_OF_RANGE;
    }

    /** Whether reads wait for buffers for their answers. */
    boolean isWaiting() {
        return !waitingForRoom.isEmpty();
    }

    /** Whether there are buffers for the first of the reads that wait. */
    boolean hasRoom() {
        int length = (int) waitingForRoom.peekFirst().block.length();
        boolean isRoom = share.mayTake((length + ROOM - 1) / ROOM);
        if (!isRoom) {
            counters.increment(EndpointCounter.WAITS_FOR_BUFFERS);
        }
        return isRoom;
    }

    /** Executes it. */
    void executeFirst() {
        InboundRequest request = waitingForRoom.removeFirst();
        int length = (int) request.block.length();
        request.block.data().clear();
        for (int done = 0; done < length; done += ROOM) {
            request.addRoom(share.take(), Math.min(ROOM, length - done));
        }
        claim.disk().port().submit(request.block);
    }

    void end(InboundRequest request, IoStatus status) {
        counters.increment(EndpointCounter.REQUESTS);
        requests++;
        boolean hasData =
                status == IoStatus.OK && BlockMessage.isAnsweredWithData(request.block.kind());
        if (!hasData) {
            release(request);
        }
        if (isClosed) {
            release(request);
            request.response.close();
            return;
        }
        BlockMessage.writeResponse(request.response.header(), status);
        request.response.begin(
                MessageKind.RESPONSE,
                flow,
                request.id(),
                BlockMessage.RESPONSE_LENGTH,
                hasData ? request.block.data() : null);
        association.send(request.response);
    }

    private void release(InboundRequest request) {
        share.onRelease(request.roomCount());
        request.releaseBuffers();
    }

    void onAcknowledged(InboundRequest request) {
        request.response.end();
        release(request);
        free.addLast(request);
    }

    /** The association has ended, or the server gives the disk back. Nothing is sent any more. */
    void close() {
        isClosed = true;
        for (InboundRequest request : all) {
            if (request.response.isUnderWay()) {
                request.response.end();
                release(request);
            }
            if (!request.block.isUnderWay()) {
                // Also of one whose message was refused between arrival and execution.
                release(request);
                request.response.close();
            }
        }
        for (InboundRequest request : partials) {
            association.onHeldBytesChange(-heldBytes(request.bufferCount()));
        }
        partials.clear();
        rooms.remove(this);
        while (!waitingForRoom.isEmpty()) {
            waitingForRoom.removeFirst().block.complete(IoStatus.IO_ERROR);
        }
        claim.close();
    }
}
