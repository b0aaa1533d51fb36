// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.WorkerFullException;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.message.SegmentHeader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A disk of the I/O host as the server uses it. Requests wait while the peer is away and are sent
 * again, in their old order, to its next incarnation; one that has waited too long ends with an
 * error. Lives as long as the device, if with one peer after the other; one worker at a time.
 */
public final class RemoteDisk implements BlockDisk, BlockPort {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteDisk.class);

    /** Limit: requests at a time, more than all rings of a device together hold. */
    private static final int SLOTS_MAX = 1 << 17;

    private static final int GENERATION_SHIFT = 17;

    private final String name;
    private final NanoClock clock;
    private final Counters<RemoteDiskCounter> counters = new Counters<>(RemoteDiskCounter.class);
    private final List<Slot> slots = new ArrayList<>();
    private final ArrayDeque<Slot> free = new ArrayDeque<>();
    private final ArrayDeque<Slot> waiting = new ArrayDeque<>();
    private final LossNotice lossNotice;

    /** Null while it is of none. */
    private RemotePeer peer;

    private int flow;
    private DiskTally tally;
    private DiskProperties properties = DiskProperties.ofCapacity(0, "");
    private Runnable listener = () -> {};
    private Association association;
    private int requestsMax;
    private int requestsSent;
    private long submitted;
    private int placedId;
    private boolean isPlaced;
    private String refusal;

    /** Of no peer yet. */
    RemoteDisk(String name, KnownIncarnations incarnations, NanoClock clock) {
        this.name = name;
        lossNotice = new LossNotice(name, incarnations);
        this.clock = clock;
    }

    /** One request under way. */
    private static final class Slot {
        private final int index;
        private final OutboundMessage message = new OutboundMessage(m -> {});
        private final LossNotice.Mark mark = new LossNotice.Mark();
        private BlockRequest request;
        private int generation;
        private long number;
        private long begunNs;
        private int received;
        private IoStatus status;
        private boolean isSent;

        /** Whether its data may be received into the guest's memory without a copy. */
        private boolean isDirect;

        Slot(int index) {
            this.index = index;
        }

        int id() {
            return generation << GENERATION_SHIFT | index;
        }
    }

    public String name() {
        return name;
    }

    int flow() {
        return flow;
    }

    void flow(int newFlow, DiskTally newTally) {
        flow = newFlow;
        tally = newTally;
    }

    /**
     * Leaves its peer; nothing is under way. It is of none until {@link #join}, which may be on
     * another worker's thread.
     */
    public void leave() {
        if (underWay() > 0) {
            throw new IllegalStateException("requests are under way");
        }
        onDetached();
        refusal = null;
        peer.forget(flow);
        peer = null;
    }

    /**
     * Is this peer's from now on, which leads to the same IOhyp and has the same clock. Requests
     * wait until it has claimed the disk.
     *
     * @throws WorkerFullException when that has as many disks as it may have; this one is of none
     */
    public void join(RemotePeer newPeer) throws WorkerFullException {
        newPeer.adopt(this);
        peer = newPeer;
    }

    /** Whether the peer has it claimed for us now. */
    public boolean isAttached() {
        return association != null;
    }

    /** Why the peer refuses it, or null. */
    public String refusal() {
        return refusal;
    }

    /** Requests that have begun and not ended. */
    public int underWay() {
        return slots.size() - free.size();
    }

    public Counters<RemoteDiskCounter> counters() {
        return counters;
    }

    @Override
    public DiskProperties properties() {
        return properties;
    }

    @Override
    public BlockPort port() {
        return this;
    }

    @Override
    public void onPropertiesChange(Runnable newListener) {
        listener = newListener == null ? () -> {} : newListener;
    }

    @Override
    public void submit(BlockRequest request) {
        Slot slot = takeSlot();
        if (slot == null) {
            request.complete(IoStatus.IO_ERROR);
            return;
        }
        slot.request = request;
        slot.number = submitted++;
        slot.begunNs = clock.nanoTime();
        lossNotice.mark(slot.mark, slot.begunNs);
        counters.increment(RemoteDiskCounter.REQUESTS);
        if (waiting.isEmpty() && association != null && requestsSent < requestsMax) {
            start(slot);
        } else {
            waiting.addLast(slot);
        }
    }

    private Slot takeSlot() {
        Slot slot = free.pollLast();
        if (slot == null && slots.size() < SLOTS_MAX) {
            slot = new Slot(slots.size());
            slots.add(slot);
        }
        return slot;
    }

    private void start(Slot slot) {
        BlockRequest request = slot.request;
        if (request.kind() == BlockRequestKind.FLUSH
                && lossNotice.isOwed(slot.mark, request.isForOneChange())) {
            lossNotice.onTold(slot.mark, clock.nanoTime());
            end(slot, IoStatus.IO_ERROR);
            return;
        }
        slot.generation++;
        slot.received = 0;
        slot.status = null;
        slot.isSent = true;
        slot.isDirect = DirectReceiver.isFor(request);
        requestsSent++;
        tally.onSent(request);
        BlockMessage.writeRequest(slot.message.header(), request);
        boolean hasData = request.kind() == BlockRequestKind.WRITE;
        slot.message.begin(
                MessageKind.REQUEST,
                flow,
                slot.id(),
                BlockMessage.REQUEST_LENGTH,
                hasData ? request.data() : null);
        association.send(slot.message);
    }

    private void end(Slot slot, IoStatus status) {
        BlockRequest request = slot.request;
        if (slot.isSent) {
            slot.message.end();
            slot.isSent = false;
            requestsSent--;
            tally.onEnd(request);
        }
        slot.request = null;
        free.addLast(slot);
        note(request.kind(), slot, status);
        request.complete(status);
    }

    private void note(BlockRequestKind kind, Slot slot, IoStatus status) {
        if (status != IoStatus.OK) {
            counters.increment(RemoteDiskCounter.ERRORS);
        } else if (kind.isChange()) {
            lossNotice.onChangeEnded();
        } else if (kind == BlockRequestKind.FLUSH) {
            lossNotice.onFlushed(slot.mark);
        }
    }

    /** A part of an answer has come: its data goes straight to the request's memory. */
    void onResponse(SegmentHeader segment, FrameBuffer buffer, long offset) {
        Slot slot = slot(segment.id());
        if (slot == null) {
            counters.increment(RemoteDiskCounter.STALE_RESPONSES);
            return;
        }
        if (slot.message.sent() < slot.message.length()) {
            throw new AssociationException("answers a request before it was sent whole");
        }
        int at = segment.segmentOffset();
        int length = segment.segmentLength();
        if (at == 0) {
            readStatus(slot, segment, buffer.slice(), offset);
            at = BlockMessage.RESPONSE_LENGTH;
            offset += at;
            length -= at;
        }
        long dataLength = segment.messageLength() - BlockMessage.RESPONSE_LENGTH;
        boolean hasRoom = at >= BlockMessage.RESPONSE_LENGTH && isDataExpected(slot, dataLength);
        if (length > 0 && !hasRoom) {
            throw new AssociationException("answer carries data that nobody asked for");
        }
        boolean isThere = isPlaced && placedId == segment.id();
        if (length > 0 && !isThere && !scatter(slot, at, buffer.slice(), offset, length)) {
            slot.status = IoStatus.IO_ERROR;
        }
        slot.received += segment.segmentLength();
        if (slot.received >= segment.messageLength() && slot.status != null) {
            finish(slot, dataLength);
        }
    }

    /**
     * Where the data of an answer's segment belongs, or null when it should come by a copy. The
     * list covers the whole request.
     */
    SliceList target(SegmentHeader segment) {
        Slot slot = segment.kind() == MessageKind.RESPONSE ? slot(segment.id()) : null;
        boolean isDirect =
                slot != null
                        && slot.isDirect
                        && isDataExpected(
                                slot, segment.messageLength() - BlockMessage.RESPONSE_LENGTH)
                        && (segment.segmentOffset() >= BlockMessage.RESPONSE_LENGTH
                                || segment.segmentOffset() == 0
                                        && segment.segmentLength() >= BlockMessage.RESPONSE_LENGTH);
        return isDirect ? slot.request.data() : null;
    }

    /** The memory for it has gone: the next attempt goes by a copy, which tells so. */
    void refuseDirect(SegmentHeader segment) {
        slot(segment.id()).isDirect = false;
    }

    /** The data of the segment that comes next is in its place already. */
    void place(SegmentHeader segment) {
        placedId = segment.id();
        isPlaced = true;
    }

    void endPlace() {
        isPlaced = false;
    }

    private Slot slot(int id) {
        int index = id & SLOTS_MAX - 1;
        if (index >= slots.size()) {
            return null;
        }
        Slot slot = slots.get(index);
        return slot.isSent && slot.id() == id ? slot : null;
    }

    private static void readStatus(Slot slot, SegmentHeader segment, MemorySlice m, long offset) {
        if (segment.segmentLength() < BlockMessage.RESPONSE_LENGTH) {
            throw new AssociationException("answer is shorter than its header");
        }
        IoStatus status = BlockMessage.status(m, offset);
        // A failed copy of data that overtook the header stays a failure.
        slot.status = slot.status == null ? status : slot.status;
    }

    private static boolean isDataExpected(Slot slot, long dataLength) {
        BlockRequest request = slot.request;
        return BlockMessage.isAnsweredWithData(request.kind()) && dataLength == request.length();
    }

    private boolean scatter(Slot slot, int at, MemorySlice source, long offset, int length) {
        try {
            long target = at - BlockMessage.RESPONSE_LENGTH;
            slot.request.data().copyFrom(target, source, offset, length);
            MemoryFaults.raisePending();
            return true;
        } catch (InternalError e) {
            // Safety: a guest that shrinks its memory under us raises SIGBUS, which the JVM turns
            // into this error; it costs that guest its request and nobody anything else.
            counters.increment(RemoteDiskCounter.GUEST_MEMORY_FAULTS);
            return false;
        }
    }

    private void finish(Slot slot, long dataLength) {
        // What was written then is not what the guest meant, and a failed write may leave anything.
        IoStatus status = slot.message.isDataLost() ? IoStatus.IO_ERROR : slot.status;
        if (status == IoStatus.OK
                && BlockMessage.isAnsweredWithData(slot.request.kind())
                && !isDataExpected(slot, dataLength)) {
            throw new AssociationException("answer lacks its data");
        }
        end(slot, status);
        startWaiting();
    }

    private void startWaiting() {
        while (association != null && requestsSent < requestsMax && !waiting.isEmpty()) {
            start(waiting.removeFirst());
        }
    }

    /** The peer has claimed the disk for us: everything that waits is sent. */
    void onAttached(Association newAssociation, ControlMessage.Attached attached) {
        if (association != null) {
            // The answer to a question that was asked twice.
            return;
        }
        if (lossNotice.onIncarnation(attached.incarnation())) {
            LOG.error(
                    "disk={} lost=unflushed-writes: the I/O host restarted; the guest's next"
                            + " flushes fail so that it notices",
                    name);
        }
        refusal = null;
        association = newAssociation;
        tally.onAttached();
        requestsMax = attached.requestsMax();
        requestsSent = 0;
        onChanged(attached.properties());
        startWaiting();
    }

    void onChanged(DiskProperties newProperties) {
        boolean isChanged = !newProperties.equals(properties);
        properties = newProperties;
        if (isChanged) {
            listener.run();
        }
    }

    /** The disk was taken from us. */
    void onRevoked(ControlMessage.Revoked revoked) {
        boolean wasSent = requestsSent > 0;
        if (wasSent) {
            association.disown(flow);
        }
        onDetached();
        onRefused(revoked.reason());
        if (wasSent) {
            peer.changeFlow(this);
        }
    }

    void onRefused(String reason) {
        if (!reason.equals(refusal)) {
            LOG.error("disk={} refused: {}", name, reason);
        }
        refusal = reason;
    }

    /** The association has ended: what was sent and not answered waits for the next one. */
    void onDetached() {
        if (association != null) {
            counters.add(RemoteDiskCounter.RESUBMITTED, requestsSent);
            takeBackSent();
        }
    }

    /** What was sent stands before what waits, as if it never had been. */
    private void takeBackSent() {
        association = null;
        requestsSent = 0;
        tally.onDetached();
        List<Slot> sent = new ArrayList<>();
        for (Slot slot : slots) {
            if (slot.isSent) {
                slot.message.end();
                slot.isSent = false;
                tally.onEnd(slot.request);
                sent.add(slot);
            }
        }
        sent.sort((a, b) -> Long.compare(b.number, a.number));
        sent.forEach(waiting::addFirst);
    }

    /** Ends what has waited longer than it may; only while the peer is away. */
    int expire(long nowNs, long ioTimeoutNs) {
        int expired = 0;
        while (association == null
                && !waiting.isEmpty()
                && nowNs - waiting.peekFirst().begunNs >= ioTimeoutNs) {
            counters.increment(RemoteDiskCounter.EXPIRED);
            end(waiting.removeFirst(), IoStatus.IO_ERROR);
            expired++;
        }
        return expired;
    }

    /** When {@link #expire} has something to do, or {@code otherwise}. */
    long expiryNs(long ioTimeoutNs, long otherwise) {
        return association == null && !waiting.isEmpty()
                ? waiting.peekFirst().begunNs + ioTimeoutNs
                : otherwise;
    }

    @Override
    public void abandonRequests() {
        if (requestsSent > 0) {
            // The peer may still execute what was sent; the new claim begins only after it has
            // ended, so that no old write comes after a new one.
            int abandonedFlow = flow;
            disownSent();
            if (peer.changeFlow(this)) {
                peer.sayAbandoned(abandonedFlow, this);
            }
        }
        endWaiting();
    }

    private void disownSent() {
        association.disown(flow);
        takeBackSent();
    }

    private void endWaiting() {
        while (!waiting.isEmpty()) {
            end(waiting.removeFirst(), IoStatus.IO_ERROR);
        }
    }

    @Override
    public void close() {
        if (requestsSent > 0) {
            disownSent();
        }
        endWaiting();
        if (peer != null) {
            peer.forget(flow);
        }
        slots.forEach(slot -> slot.message.close());
    }
}
