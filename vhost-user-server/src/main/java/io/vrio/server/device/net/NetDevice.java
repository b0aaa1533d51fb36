// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.io.FrameSegmenter;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.Nic;
import io.vrio.common.io.NicProperties;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.EventFd;
import io.vrio.server.device.DeviceListener;
import io.vrio.server.device.DeviceReports;
import io.vrio.server.device.NicRequests;
import io.vrio.server.device.ServedQueues;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.virtqueue.DescriptorChain;
import io.vrio.server.virtqueue.Virtqueue;
import java.util.Map;

/**
 * A virtio network card (virtio 1.2, 5.1) in front of a NIC that may be anywhere, modern and legacy
 * alike. While the link is down, frames are dropped here. QEMU does not ask for the link's state
 * and vhost-user has no message for it: see {@link #isUnplugged}. Lives as long as its socket; one
 * worker's thread.
 */
public final class NetDevice implements VirtioDevice, NicRequests {
    /** Limit: queue pairs of a NIC; vhost-user names queues by a byte, the last one is control. */
    public static final int PAIRS_MAX = 127;

    /** Queue pairs offered when nobody says otherwise. */
    public static final int PAIRS_DEFAULT = 16;

    private final Nic nic;
    private final NetPort port;
    private final int pairsMax;
    private final NetConfigSpace config;
    private final NetDriver driver = new NetDriver();
    private final NetHeader header = new NetHeader();
    private final NetCommand command = new NetCommand(this);
    private final NetCounters counters;
    private final FrameDelivery delivery;
    private final FrameSegmenter segmenter = new FrameSegmenter();
    private final CutRest cutRest = new CutRest();
    private final FrameFlattener flattener = new FrameFlattener();
    private final Announcer announcer = new Announcer();
    private final DescriptorChain takenChain = new DescriptorChain();
    private final DescriptorChain receiveChain = new DescriptorChain();
    private final ServedQueues<NetQueue> queues;
    private final DeviceReports reports;
    private NicProperties properties;
    private int frontendMtu = NicProperties.MTU_MAX;
    private boolean isPaused;
    private boolean isClosed;

    /**
     * @param name of the device, for logs
     * @param nic stays the caller's
     * @param queuePairsMax 1 to {@link #PAIRS_MAX}
     */
    public NetDevice(String name, Nic nic, int queuePairsMax) {
        if (queuePairsMax < 1 || queuePairsMax > PAIRS_MAX) {
            throw new IllegalArgumentException("queue pairs " + queuePairsMax + " not in 1-127");
        }
        reports = new DeviceReports(name);
        this.nic = nic;
        port = nic.port();
        pairsMax = queuePairsMax;
        config = new NetConfigSpace(pairsMax);
        counters = new NetCounters(pairsMax);
        delivery = new FrameDelivery(this, pairsMax);
        queues = new ServedQueues<>(2 * pairsMax + 1);
        describe();
        nic.onPropertiesChange(this::onPropertiesChange);
        nic.connect(delivery);
    }

    private void describe() {
        properties = nic.properties();
        config.describe(properties);
        config.setMtu(mtu());
        delivery.filter().setMac(config.mac());
    }

    private void onPropertiesChange() {
        boolean wasLinkUp = isLinkUp();
        describe();
        if (wasLinkUp != isLinkUp()) {
            // Behind a link that comes up there may be other switches than before.
            boolean isToAnnounce = isLinkUp() && driver.has(NetFeatures.GUEST_ANNOUNCE);
            config.setStatus(NetConfigSpace.ANNOUNCE, isToAnnounce);
        }
        reports.onConfigChange();
    }

    @Override
    public long offeredFeatures() {
        return NetFeatures.of(properties, pairsMax);
    }

    @Override
    public void acceptFeatures(long features) {
        driver.accept(features);
    }

    @Override
    public int queueCountMax() {
        return queues.count();
    }

    /** Frontends count a NIC's queues in pairs, and do not count the control queue. */
    @Override
    public int queueNumber() {
        return pairsMax;
    }

    @Override
    public boolean isInOrder() {
        return true;
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
        if (driver.isModern() || !NetConfigSpace.isInMac(offset, source.length())) {
            return false;
        }
        config.write(offset, source);
        delivery.filter().setMac(config.mac());
        return true;
    }

    @Override
    public NicRequests nicRequests() {
        return this;
    }

    @Override
    public boolean setMtu(long mtu) {
        if (mtu < NicProperties.MTU_MIN || mtu > properties.mtu()) {
            return false;
        }
        frontendMtu = (int) mtu;
        config.setMtu(mtu());
        return true;
    }

    @Override
    public void announce(long mac) {
        announcer.announce(mac);
    }

    @Override
    public void listen(DeviceListener newListener) {
        reports.listen(newListener);
    }

    @Override
    public void startQueue(int index, Virtqueue virtqueue, EventFd call) {
        queues.checkFree(index);
        remove(index);
        queues.start(index, makeQueue(index, virtqueue, call));
    }

    private NetQueue makeQueue(int index, Virtqueue virtqueue, EventFd call) {
        int pair = index / 2;
        if (isControl(index)) {
            // A driver that has this queue says by it how many pairs it uses, beginning with one.
            delivery.limitPairs(1);
            return new ControlQueue(this, index, virtqueue, call);
        }
        if (index % 2 == 1) {
            return new TransmitQueue(this, pair, virtqueue, call);
        }
        ReceiveQueue queue = new ReceiveQueue(this, pair, virtqueue, call);
        delivery.place(pair, queue);
        return queue;
    }

    /** The control queue comes behind all pairs, or behind the only one the driver knows. */
    private boolean isControl(int index) {
        boolean isBehindFirst =
                index == 2 && driver.has(NetFeatures.CTRL_VQ) && !driver.has(NetFeatures.MQ);
        return index == 2 * pairsMax || isBehindFirst;
    }

    @Override
    public void replaceCall(int index, EventFd call) {
        queues.replaceCall(index, call);
    }

    @Override
    public void enableQueue(int index, boolean isEnabled) {
        queues.enable(index, isEnabled);
        if (!isEnabled) {
            dropRest(index);
        }
    }

    @Override
    public void stopQueue(int index) {
        dropRest(index);
        queues.stop(index);
    }

    @Override
    public int inFlight(int index) {
        return 0;
    }

    @Override
    public void failInFlight(int index) {
        stopQueue(index);
        remove(index);
    }

    @Override
    public void abandon(int index) {
        if (queues.at(index) != null) {
            queues.at(index).service().forget();
            remove(index);
        }
    }

    private void remove(int index) {
        if (queues.at(index) instanceof ReceiveQueue) {
            delivery.place(index / 2, null);
            dropRest(index);
        }
        queues.remove(index);
    }

    private void dropRest(int index) {
        if (queues.at(index) instanceof ReceiveQueue queue) {
            queue.dropRest();
        }
    }

    @Override
    public void reset() {
        for (int i = 0; i < queues.count(); i++) {
            abandon(i);
        }
        driver.accept(0);
        delivery.reset();
        config.setStatus(NetConfigSpace.ANNOUNCE, false);
        describe();
    }

    @Override
    public void detach() {
        frontendMtu = NicProperties.MTU_MAX;
        announcer.forget();
        isPaused = false;
        reset();
        // What comes next may be another guest, with another address.
        nic.connect(null);
        nic.connect(delivery);
    }

    @Override
    public int doWork() {
        int work = announcer.isDue() && isLinkUp() ? announcer.send(port) : 0;
        return work + queues.doWork();
    }

    @Override
    public void pause(boolean isNowPaused) {
        isPaused = isNowPaused;
    }

    /** Whether the guest's buffers must be left alone. */
    boolean isPaused() {
        return isPaused;
    }

    @Override
    public boolean isHeldBack() {
        return queues.isHeldBack() || announcer.isDue() && isLinkUp();
    }

    @Override
    public boolean prepareToBlock() {
        return queues.prepareToBlock();
    }

    @Override
    public void onWake() {
        queues.onWake();
    }

    /** For the transmit or control queue in work: the chain it takes. */
    DescriptorChain takenChain() {
        return takenChain;
    }

    /** For the receive queue in work, which may be at work while another queue is. */
    DescriptorChain receiveChain() {
        return receiveChain;
    }

    NetPort port() {
        return port;
    }

    NetDriver driver() {
        return driver;
    }

    /** For the queue in work. */
    NetHeader header() {
        return header;
    }

    NetCommand command() {
        return command;
    }

    FrameSegmenter segmenter() {
        return segmenter;
    }

    /** Whose frame is in the segmenter. */
    CutRest cutRest() {
        return cutRest;
    }

    FrameFlattener flattener() {
        return flattener;
    }

    FrameDelivery delivery() {
        return delivery;
    }

    NetCounters counting() {
        return counters;
    }

    @Override
    public boolean isUnplugged() {
        // Not while the I/O host is away: that may be over sooner than a frontend connects again.
        return !isLinkUp() && nic.isReached() && !driver.has(NetFeatures.STATUS);
    }

    boolean isLinkUp() {
        return properties.isLinkUp();
    }

    /** Bytes behind the Ethernet header that a frame of the guest may have. */
    int mtu() {
        return Math.min(properties.mtu(), frontendMtu);
    }

    /** The driver uses so many pairs; false when there are not as many. */
    boolean usePairs(int count) {
        boolean isPossible = count >= 1 && count <= pairsMax;
        if (isPossible) {
            delivery.limitPairs(count);
        }
        return isPossible;
    }

    /** The guest has made itself known. */
    boolean onAnnounced() {
        config.setStatus(NetConfigSpace.ANNOUNCE, false);
        return true;
    }

    void onQueueFault(int index, int pair, String reason) {
        counters.count(pair, NetCounter.QUEUE_FAULTS);
        reports.onQueueFault(index, reason);
    }

    @Override
    public Map<String, Long> counters() {
        return counters.snapshot();
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        nic.connect(null);
        nic.onPropertiesChange(null);
        reset();
        delivery.close();
        segmenter.close();
        flattener.close();
        announcer.close();
        command.close();
        header.close();
        takenChain.close();
        receiveChain.close();
        config.close();
    }
}
