// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;

/**
 * Where frames for the guest come in: drops what it does not want or cannot be given, and finds the
 * receive queue for the rest. One per device.
 */
final class FrameDelivery implements NetPort, AutoCloseable {
    private final NetDevice device;
    private final ReceiveQueue[] queues;
    private final FlowTable flows = new FlowTable();
    private final ReceiveFilter filter = new ReceiveFilter();

    /** Pairs the driver says that it uses. */
    private int pairLimit;

    /** Pairs up to the last one that has a queue. */
    private int placedLimit;

    FrameDelivery(NetDevice device, int pairCount) {
        this.device = device;
        queues = new ReceiveQueue[pairCount];
        pairLimit = pairCount;
    }

    /** Sets or, with null, takes away the queue of a pair. */
    void place(int pair, ReceiveQueue queue) {
        queues[pair] = queue;
        placedLimit = queues.length;
        while (placedLimit > 0 && queues[placedLimit - 1] == null) {
            placedLimit--;
        }
    }

    /** Pairs among which there may be a choice. */
    private int limit() {
        return Math.min(pairLimit, placedLimit);
    }

    /** Frames go to the first {@code count} pairs from now on. */
    void limitPairs(int count) {
        pairLimit = count;
    }

    /** What the driver wants to receive. */
    ReceiveFilter filter() {
        return filter;
    }

    /** Forgets what the driver has said and sent. */
    void reset() {
        pairLimit = queues.length;
        filter.reset();
        flows.clear();
    }

    /** The guest sends a frame: its answers belong to the same pair. */
    void onTransmit(NetFrame frame) {
        if (limit() > 1) {
            flows.learn(frame);
        }
    }

    @Override
    public boolean offer(NetFrame frame) {
        if (!device.isLinkUp()) {
            return drop(NetDrop.LINK_DOWN);
        }
        if (frame.length() < NetFrame.ETHERNET_LENGTH) {
            return drop(NetDrop.TOO_SHORT);
        }
        ReceiveQueue queue = choose(frame);
        if (queue == null) {
            return drop(NetDrop.NOT_READY);
        }
        if (!filter.isWanted(frame.data())) {
            return drop(NetDrop.FILTERED);
        }
        return !device.isPaused() && queue.offer(frame);
    }

    private boolean drop(NetDrop reason) {
        device.counting().dropRx(0, reason);
        return true;
    }

    private ReceiveQueue choose(NetFrame frame) {
        if (limit() <= 1) {
            return isReady(0) ? queues[0] : null;
        }
        int hash = flows.hash(frame.data());
        int known = flows.pair(hash);
        if (known >= 0 && known < limit() && isReady(known)) {
            return queues[known];
        }
        return spread(hash == FlowTable.NO_FLOW ? 0 : hash);
    }

    /** The {@code hash}-th of those that are ready, counted around. */
    private ReceiveQueue spread(int hash) {
        int readyCount = 0;
        for (int i = 0; i < limit(); i++) {
            readyCount += isReady(i) ? 1 : 0;
        }
        if (readyCount == 0) {
            return null;
        }
        int skip = hash % readyCount;
        int pair = 0;
        while (!isReady(pair) || skip-- > 0) {
            pair++;
        }
        return queues[pair];
    }

    private boolean isReady(int pair) {
        return queues[pair] != null && queues[pair].isReady();
    }

    @Override
    public void close() {
        flows.close();
        filter.close();
    }
}
