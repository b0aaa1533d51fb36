// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.agent.EventLoop;
import io.vrio.common.sys.EventFd;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.protocol.VhostUserMessage;
import io.vrio.server.virtqueue.RingFormat;
import io.vrio.server.virtqueue.RingLayout;
import io.vrio.server.virtqueue.Virtqueue;

/**
 * The vrings of one session: hands each to the device when all is known that it needs, takes it
 * back when the frontend stops it. Owned by the session, on its worker's thread.
 */
final class VringSet implements AutoCloseable {
    private static final int INDEX_MAX = 0xFFFF;

    private final VirtioDevice device;
    private final GuestMemory memory;
    private final InFlightRequests inFlight;
    private final DeviceLog log;
    private final Vring[] vrings;
    private long features;

    /** Kept, because a worker asks all of its devices before it blocks. */
    private boolean isPolled;

    VringSet(
            VirtioDevice device,
            GuestMemory memory,
            InFlightRequests inFlight,
            EventLoop loop,
            DeviceLog log) {
        this.device = device;
        this.memory = memory;
        this.inFlight = inFlight;
        this.log = log;
        vrings = new Vring[device.queueCountMax()];
        for (int i = 0; i < vrings.length; i++) {
            vrings[i] = new Vring(i, loop);
        }
    }

    /** What queues that are started from now on do. */
    void acceptFeatures(long accepted) {
        features = accepted;
        inFlight.setFormat(RingFormat.of(accepted));
    }

    void setSize(VhostUserMessage message) throws RequestRefusedException {
        Vring vring = stopped(message.vringIndex());
        int size = message.vringValue();
        String reason = RingFormat.of(features).invalidSizeReason(size);
        if (reason != null || size > device.queueSizeMax()) {
            throw new RequestRefusedException(
                    reason != null ? reason : "size " + size + " of " + device.queueSizeMax());
        }
        vring.setSize(size);
    }

    void setAddresses(VhostUserMessage message) throws RequestRefusedException {
        Vring vring = vring(message.vringIndex());
        long descriptors = message.descriptorsAddress();
        long avail = message.availAddress();
        long used = message.usedAddress();
        if (vring.isRunning() && !vring.hasAddresses(descriptors, avail, used)) {
            throw new RequestRefusedException("vring " + vring.index() + " is running");
        }
        vring.setAddresses(descriptors, avail, used);
        vring.setUsedLog(message.isUsedLogged(), message.usedLogAddress());
        startIfReady(vring);
    }

    void setBase(VhostUserMessage message) throws RequestRefusedException {
        Vring vring = stopped(message.vringIndex());
        int base = message.vringValue();
        if (RingFormat.of(features) == RingFormat.SPLIT && (base < 0 || base > INDEX_MAX)) {
            throw new RequestRefusedException("index " + Integer.toUnsignedString(base));
        }
        vring.setBase(base);
    }

    /** Starts the vring, as every server does: a kick may have come before its descriptor. */
    void setKick(int index, EventFd kick) {
        Vring vring = vrings[index];
        vring.start(kick);
        notePolled();
        startIfReady(vring);
    }

    private void notePolled() {
        isPolled = false;
        for (Vring vring : vrings) {
            isPolled |= vring.isPolled();
        }
    }

    void setCall(int index, EventFd call) {
        EventFd former = vrings[index].replaceCall(call);
        device.replaceCall(index, call);
        if (former != null) {
            former.close();
        }
    }

    void setErr(int index, EventFd err) {
        vrings[index].replaceErr(err);
    }

    void setEnabled(VhostUserMessage message) throws RequestRefusedException {
        Vring vring = vring(message.vringIndex());
        int value = message.vringValue();
        if (value != 0 && value != 1) {
            throw new RequestRefusedException("value " + Integer.toUnsignedString(value));
        }
        setEnabled(vring, value == 1);
    }

    void enableAll() {
        for (Vring vring : vrings) {
            setEnabled(vring, true);
        }
    }

    private void setEnabled(Vring vring, boolean isEnabled) {
        vring.setEnabled(isEnabled);
        if (vring.isRunning()) {
            device.enableQueue(vring.index(), isEnabled);
        }
    }

    /**
     * The memory table has changed: vrings that waited for their memory may start, those that run
     * look for their rings in it.
     */
    void onMemoryChange() {
        for (Vring vring : vrings) {
            if (vring.isRunning()) {
                if (!vring.queue().remap()) {
                    log.warn("vring=" + vring.index() + " is in no memory region any more");
                }
            } else {
                startIfReady(vring);
            }
        }
    }

    private void startIfReady(Vring vring) {
        if (!vring.isStarted() || vring.isRunning() || !vring.isConfigured()) {
            return;
        }
        RingLayout layout = vring.layout();
        String reason = RingFormat.of(features).invalidReason(layout);
        if (reason != null) {
            log.warn("vring=" + vring.index() + " not started: " + reason);
            return;
        }
        Virtqueue queue = inFlight.open(vring.index(), resume(vring, layout), features);
        if (!queue.remap()) {
            // Its memory may come later; until then nobody can serve it.
            log.warn("vring=" + vring.index() + " waits: it is in no memory region");
            return;
        }
        vring.run(queue);
        device.startQueue(vring.index(), queue, vring.call());
        if (!vring.isEnabled()) {
            device.enableQueue(vring.index(), false);
        }
        log.info(
                "vring="
                        + vring.index()
                        + " started size="
                        + layout.size()
                        + " format="
                        + RingFormat.of(features));
    }

    private RingLayout resume(Vring vring, RingLayout told) {
        if (!device.isInOrder()) {
            return told;
        }
        RingLayout resumed = RingFormat.of(features).resume(memory, told);
        if (!resumed.equals(told)) {
            log.info(
                    "vring="
                            + vring.index()
                            + " goes on where its driver is, the frontend has lost its place");
        }
        return resumed;
    }

    /** No more chains are taken; those in flight go on, see {@link #inFlight}. */
    void beginStop(int index) {
        if (vrings[index].isRunning()) {
            device.stopQueue(index);
        }
    }

    int inFlight(int index) {
        return vrings[index].isRunning() ? device.inFlight(index) : 0;
    }

    /** Of all vrings. */
    int inFlight() {
        int count = 0;
        for (int i = 0; i < vrings.length; i++) {
            count += inFlight(i);
        }
        return count;
    }

    /**
     * Ends what {@link #beginStop} began; what is still in flight is given up.
     *
     * @param isGuestTold whether the guest gets an I/O error for it: one that goes on needs that,
     *     one that starts anew has forgotten it
     * @return where the vring goes on
     */
    int finishStop(int index, boolean isGuestTold) {
        Vring vring = vrings[index];
        if (vring.isRunning()) {
            int left = device.inFlight(index);
            if (left > 0) {
                log.warn("vring=" + index + " stopped with " + left + " requests unanswered");
            }
            if (isGuestTold) {
                device.failInFlight(index);
            } else {
                device.abandon(index);
            }
        }
        vring.stop();
        notePolled();
        return vring.base();
    }

    /** All vrings as at the beginning; none is running. */
    void reset() {
        for (Vring vring : vrings) {
            vring.reset();
        }
        notePolled();
    }

    /** Are of no worker until {@link #join}. */
    void leave() {
        for (Vring vring : vrings) {
            vring.leave();
        }
    }

    void join() {
        for (Vring vring : vrings) {
            vring.join();
        }
    }

    void signalErr(int index) {
        vrings[index].signalErr();
    }

    int count() {
        return vrings.length;
    }

    int runningCount() {
        int count = 0;
        for (Vring vring : vrings) {
            count += vring.isRunning() ? 1 : 0;
        }
        return count;
    }

    /** Whether a vring's frontend does not kick. */
    boolean isPolled() {
        return isPolled;
    }

    /** The index in a request, checked. */
    int checkIndex(int index) throws RequestRefusedException {
        if (index < 0 || index >= vrings.length) {
            throw new RequestRefusedException(
                    "vring " + Integer.toUnsignedString(index) + " of " + vrings.length);
        }
        return index;
    }

    private Vring vring(int index) throws RequestRefusedException {
        return vrings[checkIndex(index)];
    }

    private Vring stopped(int index) throws RequestRefusedException {
        Vring vring = vring(index);
        if (vring.isRunning()) {
            throw new RequestRefusedException("vring " + index + " is running");
        }
        return vring;
    }

    /** The device has let go of all queues before. */
    @Override
    public void close() {
        for (Vring vring : vrings) {
            vring.close();
        }
    }
}
