// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.EventFd;
import io.vrio.server.device.DeviceListener;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.virtqueue.RingFeatures;
import io.vrio.server.virtqueue.Virtqueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A device that only writes down what its session tells it. */
final class FakeDevice implements VirtioDevice {
    static final int QUEUES = 2;
    static final int CONFIG_LENGTH = 60;
    static final int WRITABLE_OFFSET = 32;

    private final List<String> told = new ArrayList<>();
    private final int[] inFlight = new int[QUEUES];
    private final EventFd[] calls = new EventFd[QUEUES];
    private final Virtqueue[] queues = new Virtqueue[QUEUES];
    private DeviceListener listener;
    private byte writable;

    /** What the session has said since the last question. */
    List<String> told() {
        List<String> copy = List.copyOf(told);
        told.clear();
        return copy;
    }

    void setInFlight(int index, int count) {
        inFlight[index] = count;
    }

    EventFd call(int index) {
        return calls[index];
    }

    Virtqueue queue(int index) {
        return queues[index];
    }

    DeviceListener listener() {
        return listener;
    }

    byte writable() {
        return writable;
    }

    @Override
    public long offeredFeatures() {
        return RingFeatures.ALL;
    }

    @Override
    public void acceptFeatures(long features) {
        told.add("features 0x" + Long.toHexString(features));
    }

    @Override
    public int queueCountMax() {
        return QUEUES;
    }

    @Override
    public int queueSizeMax() {
        return 256;
    }

    @Override
    public void readConfig(int offset, MemorySlice target) {
        for (int i = 0; i < target.length(); i++) {
            int at = offset + i;
            target.putByte(i, (byte) (at < CONFIG_LENGTH ? at : 0));
        }
    }

    @Override
    public boolean writeConfig(int offset, MemorySlice source) {
        if (offset != WRITABLE_OFFSET || source.length() != 1) {
            return false;
        }
        writable = source.getByte(0);
        return true;
    }

    @Override
    public void startQueue(int index, Virtqueue queue, EventFd call) {
        calls[index] = call;
        queues[index] = queue;
        told.add("start " + index + " availIdx " + queue.base());
    }

    @Override
    public void replaceCall(int index, EventFd call) {
        calls[index] = call;
        told.add("call " + index);
    }

    @Override
    public void enableQueue(int index, boolean isEnabled) {
        told.add((isEnabled ? "enable " : "disable ") + index);
    }

    @Override
    public void stopQueue(int index) {
        told.add("stop " + index);
    }

    @Override
    public int inFlight(int index) {
        return inFlight[index];
    }

    @Override
    public void failInFlight(int index) {
        inFlight[index] = 0;
        told.add("fail " + index);
    }

    @Override
    public void abandon(int index) {
        inFlight[index] = 0;
        told.add("abandon " + index);
    }

    @Override
    public void reset() {
        told.add("reset");
    }

    @Override
    public void detach() {
        told.add("detach");
    }

    @Override
    public void listen(DeviceListener newListener) {
        listener = newListener;
    }

    @Override
    public int doWork() {
        return 0;
    }

    @Override
    public boolean prepareToBlock() {
        return true;
    }

    @Override
    public void onWake() {}

    @Override
    public Map<String, Long> counters() {
        return Map.of();
    }

    @Override
    public void close() {
        told.add("close");
    }
}
