// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.io.FrameSegmenter;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.EventFd;
import io.vrio.server.device.KickWish;
import io.vrio.server.device.QueueService;
import io.vrio.server.virtqueue.DescriptorChain;
import io.vrio.server.virtqueue.MalformedChainException;
import io.vrio.server.virtqueue.RingCounter;
import io.vrio.server.virtqueue.Virtqueue;

/**
 * Puts frames into the guest's receive buffers: one buffer each, or several where the driver merges
 * them. Takes buffers only when a frame is there, and all that it needs or none.
 */
final class ReceiveQueue implements NetQueue {
    /** Limit: bad buffers that one frame may meet; then it is dropped. */
    private static final int BAD_CHAINS_MAX = 64;

    /**
     * Limit: descriptors that one frame is spread over; buffers of a few bytes are not worth it.
     */
    private static final int PIECES_MAX = SliceList.PIECES_MAX / 2;

    private final NetDevice device;
    private final int pair;
    private final QueueService service;
    private final Virtqueue virtqueue;
    private final SliceList target = new SliceList();
    private final int[] heads;
    private final int[] lengths;
    private int count;
    private boolean isStarving;

    ReceiveQueue(NetDevice device, int pair, Virtqueue virtqueue, EventFd call) {
        this.device = device;
        this.pair = pair;
        this.virtqueue = virtqueue;
        service = new QueueService(virtqueue, call, device.takenChain(), this);
        heads = new int[virtqueue.size()];
        lengths = new int[virtqueue.size()];
    }

    @Override
    public QueueService service() {
        return service;
    }

    @Override
    public int doWork() {
        int work = device.cutRest().isOf(this) ? giveRest() : 0;
        return work + service.doWork(false);
    }

    private int giveRest() {
        try {
            isStarving = !putRest();
            MemoryFaults.raisePending();
        } catch (RuntimeException | InternalError e) {
            if (!service.onFault(e)) {
                putBackAll();
            }
        }
        return isStarving ? 0 : 1;
    }

    @Override
    public boolean prepareToBlock() {
        boolean mayBlock =
                service.prepareToBlock(isStarving ? KickWish.MORE_CHAINS : KickWish.NONE);
        // Whoever has kept a frame offers it again now, unless it was dropped meanwhile.
        isStarving &= mayBlock;
        return mayBlock;
    }

    /** Whether it takes frames at all now. */
    boolean isReady() {
        return service.isServed() && service.isEnabled();
    }

    /**
     * Gives the guest a frame, or drops it.
     *
     * @return false when the guest has too few buffers now; nothing has happened then
     */
    boolean offer(NetFrame frame) {
        try {
            isStarving = false;
            boolean isDone = device.driver().canTake(frame) ? putWhole(frame) : putCut(frame);
            isStarving |= device.cutRest().isOf(this);
            MemoryFaults.raisePending();
            return isDone;
        } catch (RuntimeException | InternalError e) {
            if (!service.onFault(e)) {
                // The frame's memory has vanished, another guest's.
                putBackAll();
            }
        }
        return drop(NetDrop.NOT_READY);
    }

    /** In its order: after what is left of a frame that was cut. */
    private boolean putWhole(NetFrame frame) {
        return device.cutRest().isOf(this) ? holdBack() : put(frame);
    }

    /**
     * Cuts and sums what the guest cannot. It is given the segments as it has buffers for them:
     * iPXE never has more than eight.
     */
    private boolean putCut(NetFrame frame) {
        if (device.cutRest().isOfAny()) {
            // Buffers of another queue may be missing, and more of this one's would not help.
            return holdBack();
        }
        if (!isBufferAvailable()) {
            // Before it is copied in vain.
            return !service.isServed() ? drop(NetDrop.NOT_READY) : starve();
        }
        NetDrop reason = device.segmenter().begin(frame, device.driver().isSumming());
        if (reason != null) {
            return drop(reason);
        }
        device.counting().count(pair, frame.isGso() ? NetCounter.RX_CUT : NetCounter.RX_SUMMED);
        device.cutRest().begin(this);
        putRest();
        return true;
    }

    /** Returns false when segments are left for which there are no buffers now. */
    private boolean putRest() {
        FrameSegmenter segmenter = device.segmenter();
        CutRest rest = device.cutRest();
        // A ring that turns out broken ends it in between.
        while (rest.isOf(this) && rest.index() < segmenter.count()) {
            if (!put(segmenter.segment(rest.index()))) {
                return false;
            }
            rest.advance();
        }
        rest.end();
        return true;
    }

    /** The queue ends, or is to be silent: what is left of a frame goes nowhere. */
    void dropRest() {
        if (device.cutRest().isOf(this)) {
            device.cutRest().end();
            drop(NetDrop.NOT_READY);
        }
    }

    private boolean drop(NetDrop reason) {
        device.counting().dropRx(pair, reason);
        return true;
    }

    private boolean starve() {
        isStarving = true;
        return holdBack();
    }

    private boolean holdBack() {
        device.counting().count(pair, NetCounter.RX_HELD_BACK);
        return false;
    }

    private boolean isBufferAvailable() {
        try {
            return virtqueue.isChainAvailable();
        } catch (MalformedChainException e) {
            service.onMalformed(0, e.reason());
            return false;
        }
    }

    private boolean put(NetFrame frame) {
        NetDriver driver = device.driver();
        int headerLength = driver.headerLength();
        int needed = headerLength + frame.length();
        return switch (gather(needed, driver.isMergeable() ? heads.length : 1)) {
            case ENOUGH -> {
                int flags = driver.flagsFor(frame);
                device.header().writeTo(target, frame, flags, count, headerLength);
                frame.data().copyTo(0, target, headerLength, frame.length());
                service.pushAll(heads, lengths, count);
                count = 0;
                device.counting().countRx(pair, frame.length());
                yield true;
            }
            case TOO_FEW -> {
                putBackAll();
                yield starve();
            }
            case TOO_SMALL -> {
                putBackAll();
                yield drop(NetDrop.NO_BUFFERS);
            }
            case BROKEN -> drop(NetDrop.NOT_READY);
        };
    }

    private enum Gathered {
        ENOUGH,
        TOO_FEW,
        TOO_SMALL,
        BROKEN
    }

    /** Takes buffers until there is room for so many bytes. */
    private Gathered gather(int needed, int chainsMax) {
        DescriptorChain chain = device.receiveChain();
        count = 0;
        target.clear();
        int badCount = 0;
        while (target.length() < needed) {
            if (count == chainsMax || badCount == BAD_CHAINS_MAX) {
                return Gathered.TOO_SMALL;
            }
            try {
                if (!virtqueue.poll(chain)) {
                    return Gathered.TOO_FEW;
                }
                if (!add(chain, needed)) {
                    badCount++;
                }
            } catch (MalformedChainException e) {
                giveBackEmpty();
                service.onMalformed(chain.headIndex(), e.reason());
                if (!service.isServed()) {
                    return Gathered.BROKEN;
                }
                badCount++;
            }
        }
        return Gathered.ENOUGH;
    }

    private boolean add(DescriptorChain chain, int needed) {
        SliceList room = chain.writable();
        boolean isGood =
                chain.readable().count() == 0
                        && room.count() > 0
                        && room.count() <= PIECES_MAX - target.count();
        if (!isGood) {
            // What was taken before cannot be put back behind this one.
            giveBackEmpty();
            service.push(chain.headIndex(), 0);
            device.counting().count(pair, NetCounter.BAD_CHAINS);
            return false;
        }
        int length = (int) Math.min(room.length(), needed - target.length());
        target.add(room, 0, length);
        heads[count] = chain.headIndex();
        lengths[count] = length;
        count++;
        return true;
    }

    private void giveBackEmpty() {
        for (int i = 0; i < count; i++) {
            service.push(heads[i], 0);
        }
        count = 0;
        target.clear();
    }

    private void putBackAll() {
        while (count > 0) {
            virtqueue.putBack(heads[--count]);
        }
    }

    @Override
    public boolean onChain(DescriptorChain chain) {
        throw new IllegalStateException("receive buffers are taken for frames only");
    }

    @Override
    public void onMalformed(RingCounter reason) {
        device.counting().count(reason);
    }

    @Override
    public void onCall() {
        device.counting().count(pair, NetCounter.CALLS);
    }

    @Override
    public void onFault(String reason) {
        count = 0;
        dropRest();
        device.onQueueFault(2 * pair, pair, reason);
    }
}
