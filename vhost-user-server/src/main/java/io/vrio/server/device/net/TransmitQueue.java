// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.EventFd;
import io.vrio.server.device.KickWish;
import io.vrio.server.device.QueueService;
import io.vrio.server.virtqueue.DescriptorChain;
import io.vrio.server.virtqueue.RingCounter;
import io.vrio.server.virtqueue.Virtqueue;

/**
 * Takes the guest's frames towards the network. A frame for which there is no room stays in the
 * ring, and is offered again in the next duty cycle.
 */
final class TransmitQueue implements NetQueue {
    private final NetDevice device;
    private final int pair;
    private final int index;
    private final QueueService service;
    private final NetFrame frame = new NetFrame();
    private boolean isHeldBack;

    TransmitQueue(NetDevice device, int pair, Virtqueue virtqueue, EventFd call) {
        this.device = device;
        this.pair = pair;
        index = 2 * pair + 1;
        service = new QueueService(virtqueue, call, device.takenChain(), this);
    }

    @Override
    public QueueService service() {
        return service;
    }

    @Override
    public int doWork() {
        // Also when disabled: what a guest sends then is to be thrown away, not to be kept.
        return service.doWork(true);
    }

    @Override
    public boolean prepareToBlock() {
        return service.prepareToBlock(isHeldBack ? KickWish.NONE : KickWish.NEXT_CHAIN);
    }

    @Override
    public boolean isHeldBack() {
        return isHeldBack && service.isServed();
    }

    @Override
    public boolean onChain(DescriptorChain chain) {
        isHeldBack = false;
        NetDrop reason = read(chain.readable());
        if (reason != null) {
            device.counting().dropTx(pair, reason);
        } else if (offer()) {
            device.counting().countTx(pair, frame.length());
        } else {
            isHeldBack = true;
            device.counting().count(pair, NetCounter.TX_HELD_BACK);
            service.virtqueue().putBack(chain.headIndex());
            return false;
        }
        service.push(chain.headIndex(), 0);
        return true;
    }

    /** Makes a frame of a chain; returns why it goes nowhere, or null. */
    private NetDrop read(SliceList chain) {
        if (!service.isEnabled()) {
            return NetDrop.NOT_READY;
        }
        if (!device.isLinkUp()) {
            return NetDrop.LINK_DOWN;
        }
        int headerLength = device.driver().headerLength();
        if (chain.length() < headerLength) {
            return NetDrop.BAD_HEADER;
        }
        frame.begin(pair);
        device.header().readFrom(chain, frame);
        frame.data().add(chain, headerLength, chain.length() - headerLength);
        return frame.invalidReason(device.mtu());
    }

    private boolean offer() {
        device.flattener().flatten(frame);
        device.delivery().onTransmit(frame);
        return device.port().offer(frame);
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
        device.onQueueFault(index, pair, reason);
    }
}
