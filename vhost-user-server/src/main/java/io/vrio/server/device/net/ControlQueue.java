// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.EventFd;
import io.vrio.server.device.KickWish;
import io.vrio.server.device.QueueService;
import io.vrio.server.virtqueue.DescriptorChain;
import io.vrio.server.virtqueue.RingCounter;
import io.vrio.server.virtqueue.Virtqueue;

/**
 * Takes the driver's commands (virtio 1.2, 5.1.6.5), where the frontend passes this queue on; QEMU
 * keeps it to itself.
 */
final class ControlQueue implements NetQueue {
    private static final int ACK_LENGTH = 1;
    private static final byte ACK_OK = 0;
    private static final byte ACK_ERROR = 1;

    private final NetDevice device;
    private final int index;
    private final QueueService service;

    ControlQueue(NetDevice device, int index, Virtqueue virtqueue, EventFd call) {
        this.device = device;
        this.index = index;
        service = new QueueService(virtqueue, call, device.takenChain(), this);
    }

    @Override
    public QueueService service() {
        return service;
    }

    @Override
    public int doWork() {
        // Also when disabled: the driver waits for each answer, and there are no frames here.
        return service.doWork(true);
    }

    @Override
    public boolean prepareToBlock() {
        return service.prepareToBlock(KickWish.NEXT_CHAIN);
    }

    @Override
    public boolean onChain(DescriptorChain chain) {
        SliceList answer = chain.writable();
        boolean isDone = device.command().execute(chain.readable());
        device.counting().count(0, isDone ? NetCounter.COMMANDS : NetCounter.COMMANDS_REFUSED);
        int usedLength = answer.length() == 0 ? 0 : ACK_LENGTH;
        if (usedLength > 0) {
            answer.putByte(0, isDone ? ACK_OK : ACK_ERROR);
        }
        service.push(chain.headIndex(), usedLength);
        return true;
    }

    @Override
    public void onMalformed(RingCounter reason) {
        device.counting().count(reason);
    }

    @Override
    public void onCall() {
        device.counting().count(0, NetCounter.CALLS);
    }

    @Override
    public void onFault(String reason) {
        device.onQueueFault(index, 0, reason);
    }
}
