// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.counter.Counters;
import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.EventFd;
import io.vrio.server.device.DeviceListener;
import io.vrio.server.device.DeviceReports;
import io.vrio.server.device.ServedQueues;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.virtqueue.DescriptorChain;
import io.vrio.server.virtqueue.RingCounter;
import io.vrio.server.virtqueue.Virtqueue;
import java.util.Map;

/**
 * A virtio block device (virtio 1.2, 5.2) in front of a disk that may be anywhere, modern and
 * legacy alike. Lives as long as its socket; one worker's thread.
 */
public final class BlockDevice implements VirtioDevice {
    /** Limit: queues of a device; QEMU asks for as many as the guest has processors. */
    public static final int QUEUES_MAX = 256;

    /** Queues offered when nobody says otherwise. */
    public static final int QUEUES_DEFAULT = 64;

    private final BlockDisk disk;
    private final BlockPort port;
    private final int queueCountMax;
    private final BlockConfigSpace config;
    private final BlockCommand command = new BlockCommand();
    private final DescriptorChain chain = new DescriptorChain();
    private final Counters<BlockCounter> counters = new Counters<>(BlockCounter.class);
    private final Counters<RingCounter> ringCounters = new Counters<>(RingCounter.class);
    private final ServedQueues<BlockQueue> queues;
    private final DeviceReports reports;
    private DiskProperties properties;
    private boolean isWriteThrough;
    private boolean isHeld;
    private long features;
    private boolean isClosed;

    /**
     * @param name of the device, for logs
     * @param disk stays the caller's
     * @param queueCountMax 1 to {@link #QUEUES_MAX}
     */
    public BlockDevice(String name, BlockDisk disk, int queueCountMax) {
        if (queueCountMax < 1 || queueCountMax > QUEUES_MAX) {
            throw new IllegalArgumentException("queues " + queueCountMax + " not in 1-256");
        }
        reports = new DeviceReports(name);
        this.disk = disk;
        this.queueCountMax = queueCountMax;
        port = disk.port();
        queues = new ServedQueues<>(queueCountMax);
        config = new BlockConfigSpace(queueCountMax);
        config.setWriteback(true);
        describe();
        disk.onPropertiesChange(this::onPropertiesChange);
    }

    private void describe() {
        properties = disk.properties();
        config.describe(properties);
        chooseCacheMode();
    }

    private void onPropertiesChange() {
        describe();
        reports.onConfigChange();
    }

    /**
     * A driver that cannot flush, or that has switched the cache off, takes a write that has ended
     * for durable (virtio 1.2, 5.2.6.2).
     */
    private void chooseCacheMode() {
        boolean isWriteback =
                (features & BlockFeatures.CONFIG_WCE) != 0
                        ? config.isWriteback()
                        : (features & BlockFeatures.FLUSH) != 0;
        boolean hasCache = !BlockFeatures.isKnown(properties) || properties.hasWriteCache();
        isWriteThrough = hasCache && !isWriteback;
    }

    @Override
    public long offeredFeatures() {
        return BlockFeatures.of(properties);
    }

    @Override
    public void acceptFeatures(long newFeatures) {
        features = newFeatures;
        chooseCacheMode();
    }

    @Override
    public int queueCountMax() {
        return queueCountMax;
    }

    @Override
    public int queueSizeMax() {
        return Virtqueue.SIZE_MAX;
    }

    @Override
    public void readConfig(int offset, MemorySlice target) {
        config.read(offset, target);
    }

    @Override
    public boolean writeConfig(int offset, MemorySlice source) {
        boolean isOffered = (offeredFeatures() & BlockFeatures.CONFIG_WCE) != 0;
        if (!isOffered || !BlockConfigSpace.isWritable(offset, source.length())) {
            return false;
        }
        config.setWriteback(source.getByte(0) != 0);
        chooseCacheMode();
        return true;
    }

    @Override
    public void listen(DeviceListener newListener) {
        reports.listen(newListener);
    }

    @Override
    public void startQueue(int index, Virtqueue virtqueue, EventFd call) {
        queues.checkFree(index);
        queues.start(index, new BlockQueue(this, index, virtqueue, call));
    }

    @Override
    public void replaceCall(int index, EventFd call) {
        queues.replaceCall(index, call);
    }

    @Override
    public void enableQueue(int index, boolean isEnabled) {
        queues.enable(index, isEnabled);
    }

    @Override
    public void stopQueue(int index) {
        queues.stop(index);
    }

    @Override
    public int inFlight(int index) {
        return queues.at(index) == null ? 0 : queues.at(index).inFlight();
    }

    @Override
    public void failInFlight(int index) {
        stopQueue(index);
        end(index);
    }

    @Override
    public void abandon(int index) {
        if (queues.at(index) != null) {
            queues.at(index).service().forget();
            end(index);
        }
    }

    /** Takes a queue out that takes no more chains, and ends those in flight. */
    private void end(int index) {
        BlockQueue queue = queues.at(index);
        if (queue == null) {
            return;
        }
        if (queue.inFlight() > 0) {
            counters.add(BlockCounter.ABANDONED, queue.inFlight());
            disk.abandonRequests();
        }
        queues.remove(index);
    }

    @Override
    public void reset() {
        // All of them first: the disk ends the requests of all queues at once, and no guest may
        // hear of that.
        for (int i = 0; i < queueCountMax; i++) {
            if (queues.at(i) != null) {
                queues.at(i).service().forget();
            }
        }
        for (int i = 0; i < queueCountMax; i++) {
            abandon(i);
        }
        forgetDriver();
    }

    @Override
    public void detach() {
        reset();
    }

    private void forgetDriver() {
        features = 0;
        config.setWriteback(true);
        chooseCacheMode();
    }

    @Override
    public int doWork() {
        return queues.doWork();
    }

    @Override
    public boolean prepareToBlock() {
        return queues.prepareToBlock();
    }

    @Override
    public void onWake() {
        queues.onWake();
    }

    @Override
    public boolean isMovable() {
        return true;
    }

    @Override
    public void hold(boolean isNowHeld) {
        isHeld = isNowHeld;
    }

    boolean isHeld() {
        return isHeld;
    }

    /** For the queue in work: the chain it takes. */
    DescriptorChain chain() {
        return chain;
    }

    BlockPort port() {
        return port;
    }

    /** Reads the command of a chain, for {@link #execute}; returns how it ends if not OK. */
    IoStatus parse(DescriptorChain taken) {
        if (taken.readable().length() < BlockCommand.HEADER_LENGTH) {
            count(BlockCounter.SHORT_HEADER);
            return IoStatus.IO_ERROR;
        }
        return command.parse(taken, properties);
    }

    /** Executes the command that was parsed last. */
    void execute(BlockTask task, DescriptorChain taken) {
        BlockRequestKind kind = command.kind();
        if (kind == BlockRequestKind.GET_ID && command.length() < DiskProperties.SERIAL_MAX) {
            task.answer(taken, command.serial(properties.serial()));
            return;
        }
        boolean isFlushedAfter = isWriteThrough && isFlushNeeded(kind);
        if (isFlushedAfter) {
            count(BlockCounter.WRITE_THROUGH_FLUSHES);
        }
        task.submit(command, taken, isFlushedAfter);
    }

    private static boolean isFlushNeeded(BlockRequestKind kind) {
        return switch (kind) {
            case WRITE, WRITE_ZEROES -> true;
            case READ, FLUSH, DISCARD, GET_ID -> false;
        };
    }

    void count(BlockCounter id) {
        counters.increment(id);
    }

    void count(RingCounter id) {
        ringCounters.increment(id);
    }

    void countEnd(BlockTask task, IoStatus status) {
        switch (status) {
            case OK -> countSuccess(task.kind(), task.length());
            case IO_ERROR -> count(BlockCounter.IO_ERRORS);
            case UNSUPPORTED -> count(BlockCounter.UNSUPPORTED);
            case READ_ONLY -> count(BlockCounter.READ_ONLY);
            case OUT_OF_RANGE -> count(BlockCounter.OUT_OF_RANGE);
            case NO_SPACE -> count(BlockCounter.NO_SPACE);
        }
    }

    private void countSuccess(BlockRequestKind kind, long length) {
        switch (kind) {
            case READ -> {
                count(BlockCounter.READS);
                counters.add(BlockCounter.READ_BYTES, length);
            }
            case WRITE -> {
                count(BlockCounter.WRITES);
                counters.add(BlockCounter.WRITE_BYTES, length);
            }
            case FLUSH -> count(BlockCounter.FLUSHES);
            case DISCARD -> count(BlockCounter.DISCARDS);
            case WRITE_ZEROES -> count(BlockCounter.WRITE_ZEROES);
            case GET_ID -> count(BlockCounter.IDENTIFICATIONS);
        }
    }

    void onQueueFault(int index, String reason) {
        count(BlockCounter.QUEUE_FAULTS);
        reports.onQueueFault(index, reason);
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> all = counters.snapshot();
        all.putAll(ringCounters.snapshot());
        return all;
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        disk.onPropertiesChange(null);
        reset();
        chain.close();
        command.close();
        config.close();
    }
}
