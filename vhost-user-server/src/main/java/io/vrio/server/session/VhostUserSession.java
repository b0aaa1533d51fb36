// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import static io.vrio.server.protocol.ProtocolFeatures.LOG_ALL;
import static io.vrio.server.protocol.ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;

import io.vrio.common.agent.Agent;
import io.vrio.common.agent.EventLoop;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.device.DeviceListener;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.RegionRefusedException;
import io.vrio.server.protocol.VhostUserMessage;
import io.vrio.server.protocol.VhostUserRequest;
import io.vrio.server.virtqueue.RingFeatures;
import java.util.concurrent.TimeUnit;

/**
 * One frontend from its connection to its end. Takes its messages as they come, never waits for it,
 * and answers each as the protocol asks. A message that cannot be obeyed is refused; when the
 * frontend would not learn of that, the connection ends. Lives on its device's worker.
 */
public final class VhostUserSession implements DeviceListener, AutoCloseable {
    /** Limit: messages of one look at the socket, so that other devices get their turn. */
    private static final int MESSAGES_MAX = 32;

    /** How often a vring is looked at of which nobody tells that there is something to do. */
    private static final long POLL_NS = TimeUnit.MICROSECONDS.toNanos(100);

    /** Among the features of the device, and not of it. */
    private static final long NOT_VIRTIO = VHOST_USER_F_PROTOCOL_FEATURES | LOG_ALL;

    private final VirtioDevice device;
    private final UnixSocket socket;
    private final NanoClock clock;
    private final DeviceLog log;
    private final MessageReader reader;
    private final Replies replies;
    private final Watch watch;
    private final GuestMemory memory = new GuestMemory();
    private final MemoryRequests memoryRequests;
    private final VringSet vrings;
    private final InFlightRequests inFlight;
    private final ConfigRequests config;
    private final NicSupport nicSupport;
    private final VringDrain drain;
    private final long offeredFeatures;
    private final int pid;
    private BackChannel backChannel;
    private long features;
    private long protocolFeatures;
    private int deviceStatus;
    private boolean isConfigChangeUntold;
    private boolean isClosed;

    /**
     * @param loop tells of its kicks and messages
     * @param socket connected and non-blocking; taken over
     * @param drainNs how long a vring that is stopped waits for its requests, in all
     */
    public VhostUserSession(
            EventLoop loop, VirtioDevice device, UnixSocket socket, long drainNs, DeviceLog log) {
        clock = loop.clock();
        this.device = device;
        this.socket = socket;
        this.log = log;
        pid = socket.peerPid();
        reader = new MessageReader(socket);
        replies = new Replies(socket, reader, () -> end("closed: it does not read its answers"));
        memoryRequests = new MemoryRequests(memory, reader, clock);
        inFlight = new InFlightRequests(memory, reader, device.queueCountMax());
        config = new ConfigRequests(device, log);
        vrings = new VringSet(device, memory, inFlight, loop, log);
        nicSupport = new NicSupport(device);
        drain = new VringDrain(vrings, clock, drainNs);
        // Asked once: a frontend must hear the same answer as often as it asks.
        offeredFeatures = device.offeredFeatures();
        watch = new Watch(loop, socket.fd(), this::onReadable);
        watch.begin();
        device.listen(this);
        log.info("frontend=connected pid=" + pid);
    }

    /** The socket has something for us, or has ended. */
    private void onReadable() {
        // What another frontend has done must not hit us in the middle of a message.
        MemoryFaults.raisePending();
        try {
            readMessages();
            MemoryFaults.raisePending();
        } catch (InternalError e) {
            onMemoryFault(e);
        } catch (RuntimeException e) {
            log.error("frontend=closed reason=\"fault while obeying it\" pid=" + pid, e);
            close();
        }
    }

    /** Shared memory has vanished in the middle of a message: this frontend's, most likely. */
    private void onMemoryFault(InternalError fault) {
        if (memory.isBacked()) {
            log.error("frontend=closed reason=\"memory fault\" pid=" + pid, fault);
            close();
        } else {
            endForLostMemory();
        }
    }

    /** Ends it when the memory that the frontend shares is not there any more. */
    public void checkMemory() {
        if (!memory.isBacked()) {
            endForLostMemory();
        }
    }

    private void endForLostMemory() {
        log.warn("frontend=closed reason=\"it has cut off the memory that it shares\" pid=" + pid);
        close();
    }

    private void readMessages() {
        if (drain.isUnderWay()) {
            onReadableWhileDraining();
            return;
        }
        for (int i = 0; i < MESSAGES_MAX && !isClosed && !drain.isUnderWay(); i++) {
            switch (reader.read()) {
                case MESSAGE -> onMessage(reader.message());
                case INCOMPLETE -> {
                    return;
                }
                case END -> end("left");
                case BROKEN -> end("closed reason=\"" + reader.brokenReason() + '"');
            }
        }
    }

    /** Its next message has to wait for our answer to the last one; its end has not. */
    private void onReadableWhileDraining() {
        if (socket.isEnded()) {
            end("left");
        } else {
            watch.end();
        }
    }

    private void onMessage(VhostUserMessage message) {
        VhostUserRequest request = message.request();
        try {
            if (request == null) {
                onUnknown(message);
                return;
            }
            String reason =
                    request.invalidReason(message.payloadLength(), reader.descriptorCount());
            if (reason != null) {
                throw new RequestRefusedException(reason);
            }
            dispatch(request, message);
        } catch (RequestRefusedException | RegionRefusedException e) {
            refuse(message, e.getMessage());
        }
    }

    private void dispatch(VhostUserRequest request, VhostUserMessage message)
            throws RequestRefusedException {
        switch (request) {
            case GET_FEATURES -> replies.sendNumber(offeredFeatures | NOT_VIRTIO);
            case SET_FEATURES -> onSetFeatures(message.number());
            case GET_PROTOCOL_FEATURES -> replies.sendNumber(nicSupport.protocolFeatures());
            case SET_PROTOCOL_FEATURES -> onSetProtocolFeatures(message.number());
            case GET_QUEUE_NUM -> replies.sendNumber(device.queueNumber());
            case GET_MAX_MEM_SLOTS -> replies.sendNumber(GuestMemory.SLOTS_MAX);
            case SET_MEM_TABLE -> {
                memoryRequests.setTable(message);
                vrings.onMemoryChange();
            }
            case ADD_MEM_REG -> {
                memoryRequests.add(message);
                vrings.onMemoryChange();
            }
            case REM_MEM_REG -> {
                memoryRequests.remove(message);
                device.pause(true);
                vrings.onMemoryChange();
            }
            case SET_LOG_BASE -> onSetLogBase(message);
            case SET_VRING_NUM -> vrings.setSize(message);
            case SET_VRING_ADDR -> vrings.setAddresses(message);
            case SET_VRING_BASE -> vrings.setBase(message);
            case SET_VRING_KICK -> onSetVringKick(message);
            case SET_VRING_CALL -> vrings.setCall(eventIndex(message), reader.takeEvent());
            case SET_VRING_ERR -> vrings.setErr(eventIndex(message), reader.takeEvent());
            case SET_VRING_ENABLE -> vrings.setEnabled(message);
            case GET_VRING_BASE -> drain.begin(vrings.checkIndex(message.vringIndex()));
            case GET_CONFIG -> {
                config.get(message, replies.next());
                replies.send();
            }
            case SET_CONFIG -> config.set(message);
            case GET_INFLIGHT_FD -> onGetInFlight(message);
            case SET_INFLIGHT_FD -> onSetInFlight(message);
            case SEND_RARP -> nicSupport.sendRarp(message);
            case NET_SET_MTU -> nicSupport.setMtu(message);
            case SET_BACKEND_REQ_FD -> onSetBackendReqFd();
            case SET_STATUS -> onSetStatus(message.number());
            case GET_STATUS -> replies.sendNumber(deviceStatus);
            case RESET_DEVICE -> drain.beginAll();
            case SET_OWNER, RESET_OWNER -> {
                // Nothing to own, and nothing to undo: RESET_OWNER has meant many things.
            }
        }
        if (isClosed) {
            return;
        }
        if (drain.isUnderWay()) {
            finishDrainWhenDone();
        } else if (!request.hasReply()) {
            replies.acknowledge(true);
        }
        tellConfigChange();
    }

    private void onSetFeatures(long wanted) throws RequestRefusedException {
        long virtio = wanted & ~NOT_VIRTIO;
        checkOffered(virtio, offeredFeatures);
        boolean changesRings = ((virtio ^ features) & RingFeatures.ALL) != 0;
        if (changesRings && vrings.runningCount() > 0) {
            throw new RequestRefusedException("vrings are running with other features");
        }
        features = virtio;
        memory.setLogging((wanted & LOG_ALL) != 0);
        device.acceptFeatures(virtio);
        vrings.acceptFeatures(virtio);
        if ((wanted & VHOST_USER_F_PROTOCOL_FEATURES) == 0) {
            // Such a frontend never enables a vring. With the bit, nothing may be disabled here:
            // features are repeated while vrings run, and after they were enabled.
            vrings.enableAll();
        }
    }

    private void onSetProtocolFeatures(long wanted) throws RequestRefusedException {
        checkOffered(wanted, nicSupport.protocolFeatures());
        protocolFeatures = wanted;
    }

    private void onSetLogBase(VhostUserMessage message) throws RequestRefusedException {
        memoryRequests.setLog(message);
        replies.sendNumber(0);
    }

    private static void checkOffered(long wanted, long offered) throws RequestRefusedException {
        if ((wanted & ~offered) != 0) {
            throw new RequestRefusedException(
                    "features 0x" + Long.toHexString(wanted & ~offered) + " are not offered");
        }
    }

    private int eventIndex(VhostUserMessage message) throws RequestRefusedException {
        return vrings.checkIndex(message.descriptorVringIndex());
    }

    private void onSetVringKick(VhostUserMessage message) throws RequestRefusedException {
        vrings.setKick(eventIndex(message), reader.takeEvent());
        drain.renewBudget();
    }

    private void onGetInFlight(VhostUserMessage message) throws RequestRefusedException {
        int fd = inFlight.createFile(message);
        try {
            replies.next().beginReply(message.code());
            replies.next().putInFlight(message, inFlight.length(message));
            replies.send(fd);
        } finally {
            Linux.close(fd);
        }
    }

    private void onSetInFlight(VhostUserMessage message) throws RequestRefusedException {
        if (vrings.runningCount() > 0) {
            throw new RequestRefusedException("vrings are running");
        }
        inFlight.setFile(message);
    }

    private void onSetBackendReqFd() throws RequestRefusedException {
        reader.checkDescriptorCount(1);
        closeBackChannel();
        backChannel = new BackChannel(reader.takeDescriptor());
    }

    private void onSetStatus(long status) throws RequestRefusedException {
        final int statusMax = 0xFF;
        if (status < 0 || status > statusMax) {
            throw new RequestRefusedException("status 0x" + Long.toHexString(status));
        }
        deviceStatus = (int) status;
        if (status == 0) {
            // The driver has reset the device. Memory and features stay: they are the frontend's.
            drain.beginAll();
        }
    }

    /** Answers the request that waits for vrings to stop, when they have. */
    private void finishDrainWhenDone() {
        if (!drain.isDone()) {
            return;
        }
        // Nothing was read since: the request is still in the reader.
        VhostUserMessage message = reader.message();
        boolean isGuestGoingOn = message.request() == VhostUserRequest.GET_VRING_BASE;
        int base = drain.finish(isGuestGoingOn);
        if (isGuestGoingOn) {
            replies.next().beginReply(message.code()).putVringState(message.vringIndex(), base);
            replies.send();
        } else {
            if (message.request() == VhostUserRequest.RESET_DEVICE) {
                resetDevice();
            }
            replies.acknowledge(true);
        }
        if (!isClosed) {
            watch.begin();
        }
    }

    private void resetDevice() {
        device.reset();
        vrings.reset();
        features = 0;
        deviceStatus = 0;
    }

    private void onUnknown(VhostUserMessage message) {
        log.warn("request=" + message.requestName() + " is not known");
        replies.acknowledge(false);
    }

    /** The request changed nothing; a frontend that cannot learn of it is lost to us. */
    private void refuse(VhostUserMessage message, String reason) {
        log.warn("request=" + message.requestName() + " refused=\"" + reason + '"');
        VhostUserRequest request = message.request();
        if (message.isReplyNeeded() && !request.hasReply()) {
            replies.acknowledge(false);
        } else {
            end("closed: it would not learn that its request was refused");
        }
    }

    @Override
    public void onConfigChange() {
        isConfigChangeUntold = true;
        tellConfigChange();
    }

    /** Frontends hear it only while the device runs; what changed before is told at the start. */
    private void tellConfigChange() {
        if (isConfigChangeUntold && backChannel != null && vrings.runningCount() > 0) {
            isConfigChangeUntold = !backChannel.sendConfigChange();
        }
    }

    @Override
    public void onQueueFault(int index, String reason) {
        vrings.signalErr(index);
    }

    /** Goes on with what waits for time or for the device; a bounded amount. */
    public int doWork() {
        if (memoryRequests.settle()) {
            device.pause(false);
        }
        if (drain.isUnderWay()) {
            finishDrainWhenDone();
            return drain.isUnderWay() ? 0 : 1;
        }
        return 0;
    }

    /** Whether chains may be taken now. */
    public boolean isServing() {
        return !memoryRequests.isSettling();
    }

    /** When {@link #doWork} must be called even if nothing happens. */
    public long deadlineNs() {
        long deadlineNs = drain.isUnderWay() ? drain.deadlineNs() : Agent.NO_DEADLINE;
        if (memoryRequests.isSettling()) {
            deadlineNs = Agent.earlier(deadlineNs, memoryRequests.settledNs());
        }
        if (vrings.isPolled() || device.isHeldBack()) {
            deadlineNs = Agent.earlier(deadlineNs, clock.nanoTime() + POLL_NS);
        }
        return deadlineNs;
    }

    /** Looks at the socket now; a frontend that has gone is noticed. */
    public void look() {
        onReadable();
    }

    /** Takes no more chains; the session is about to be closed, see {@link #inFlight}. */
    public void quiesce() {
        for (int i = 0; i < vrings.count(); i++) {
            vrings.beginStop(i);
        }
    }

    /** Whether it is not in the middle of something that its worker must end. */
    public boolean canLeave() {
        return !drain.isUnderWay() && inFlight() == 0;
    }

    /** Is told of nothing until {@link #join}: what its frontend says meanwhile waits. */
    public void leave() {
        watch.end();
        vrings.leave();
    }

    /** Goes on, on whatever worker its events come from now. */
    public void join() {
        vrings.join();
        watch.begin();
    }

    /** Whether a driver uses the device now. */
    public boolean isRunning() {
        return vrings.runningCount() > 0;
    }

    /** Chains that the guest has not got back. */
    public int inFlight() {
        return vrings.inFlight();
    }

    public boolean isClosed() {
        return isClosed;
    }

    public int pid() {
        return pid;
    }

    public SessionStatus status() {
        return new SessionStatus(
                pid, features, protocolFeatures, vrings.runningCount(), memory.count());
    }

    private void end(String why) {
        log.info("frontend=" + why + " pid=" + pid);
        close();
    }

    private void closeBackChannel() {
        if (backChannel != null) {
            backChannel.close();
            backChannel = null;
        }
    }

    /** Lets go of the device, the guest's memory and all descriptors. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        device.listen(null);
        inFlight.close();
        try {
            device.detach();
        } finally {
            watch.end();
            vrings.close();
            closeBackChannel();
            reader.close();
            replies.close();
            memory.close();
            socket.close();
        }
    }
}
