// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.io.IoStatus;
import io.vrio.common.sys.EventFd;
import io.vrio.server.device.KickWish;
import io.vrio.server.device.QueueService;
import io.vrio.server.device.ServedQueue;
import io.vrio.server.virtqueue.DescriptorChain;
import io.vrio.server.virtqueue.RingCounter;
import io.vrio.server.virtqueue.Virtqueue;

/**
 * One queue of a block device from its start to its end: makes tasks of chains, and gives the
 * chains back with their status when the tasks have ended.
 */
final class BlockQueue implements ServedQueue {
    private final BlockDevice device;
    private final int index;
    private final QueueService service;
    private final BlockTask[] tasks;

    BlockQueue(BlockDevice device, int index, Virtqueue virtqueue, EventFd call) {
        this.device = device;
        this.index = index;
        service = new QueueService(virtqueue, call, device.chain(), this);
        tasks = new BlockTask[virtqueue.size()];
    }

    @Override
    public QueueService service() {
        return service;
    }

    int inFlight() {
        return service.inFlight();
    }

    @Override
    public int doWork() {
        return service.doWork(isTaking());
    }

    @Override
    public boolean prepareToBlock() {
        return service.prepareToBlock(isTaking() ? KickWish.NEXT_CHAIN : KickWish.NONE);
    }

    private boolean isTaking() {
        return service.isEnabled() && !device.isHeld();
    }

    @Override
    public boolean onChain(DescriptorChain chain) {
        if (chain.writable().length() < BlockStatus.LENGTH) {
            device.count(BlockCounter.NO_STATUS_BYTE);
            service.push(chain.headIndex(), 0);
            return true;
        }
        IoStatus verdict = device.parse(chain);
        BlockTask task = task(chain.headIndex());
        task.begin(chain);
        if (verdict == IoStatus.OK) {
            device.execute(task, chain);
        } else {
            task.refuse(verdict);
        }
        return true;
    }

    private BlockTask task(int headIndex) {
        BlockTask task = tasks[headIndex];
        if (task == null) {
            task = new BlockTask(this, device.port(), headIndex);
            tasks[headIndex] = task;
        }
        return task;
    }

    /** A task has ended: tells the guest, unless its memory cannot be trusted any more. */
    void onEnd(BlockTask task, IoStatus status, int usedLength) {
        if (!service.isTold()) {
            service.virtqueue().release(task.headIndex());
            return;
        }
        device.countEnd(task, status);
        task.putStatus(BlockStatus.of(status));
        service.push(task.headIndex(), usedLength);
    }

    @Override
    public boolean isUnderWay(int headIndex) {
        return tasks[headIndex] != null && tasks[headIndex].isUnderWay();
    }

    @Override
    public void onMalformed(RingCounter reason) {
        device.count(reason);
    }

    @Override
    public void onCall() {
        device.count(BlockCounter.CALLS);
    }

    @Override
    public void onFault(String reason) {
        device.onQueueFault(index, reason);
    }
}
