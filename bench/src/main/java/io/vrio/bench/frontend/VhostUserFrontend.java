// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

import io.vrio.common.sys.UnixSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The typed requests of a vhost-user frontend, each one message and its reply. Asks for an
 * acknowledgement where REPLY_ACK allows it. Knows no order: that is the caller's. One thread.
 */
public final class VhostUserFrontend implements AutoCloseable {
    /** QEMU asks for a vring's descriptor with this bit when it has none to send. */
    public static final int NO_DESCRIPTOR = 1 << 8;

    private static final int REGION_LENGTH = 32;

    private final VhostUserLink link;
    private long protocolFeatures;

    public VhostUserFrontend(VhostUserLink link) {
        this.link = link;
    }

    public static VhostUserFrontend connect(Path socket) {
        return new VhostUserFrontend(VhostUserLink.connect(socket));
    }

    /** The raw messages below. */
    public VhostUserLink link() {
        return link;
    }

    public long features() {
        return askLong(VhostUserProtocol.GET_FEATURES);
    }

    public void setFeatures(long features) {
        link.send(FrontendMessage.ofLong(VhostUserProtocol.SET_FEATURES, features));
    }

    /** What the backend offers. */
    public long offeredProtocolFeatures() {
        return askLong(VhostUserProtocol.GET_PROTOCOL_FEATURES);
    }

    public void setProtocolFeatures(long features) {
        link.send(FrontendMessage.ofLong(VhostUserProtocol.SET_PROTOCOL_FEATURES, features));
        protocolFeatures = features;
    }

    /** Whether a protocol feature was set. */
    public boolean has(long protocolFeature) {
        return (protocolFeatures & protocolFeature) != 0;
    }

    public int queueCountMax() {
        return (int) askLong(VhostUserProtocol.GET_QUEUE_NUM);
    }

    public long memorySlotsMax() {
        return askLong(VhostUserProtocol.GET_MAX_MEM_SLOTS);
    }

    public void setOwner() {
        link.send(FrontendMessage.of(VhostUserProtocol.SET_OWNER));
    }

    public void resetDevice() {
        acknowledged(FrontendMessage.of(VhostUserProtocol.RESET_DEVICE));
    }

    /** Gives the backend a socket for requests of its own; returns our end of it. */
    public VhostUserLink openBackendRequests() {
        UnixSocket[] pair = UnixSocket.pair();
        try (UnixSocket theirs = pair[1]) {
            acknowledged(FrontendMessage.of(VhostUserProtocol.SET_BACKEND_REQ_FD, theirs.fd()));
        }
        return new VhostUserLink(pair[0]);
    }

    /** The first bytes of the device's configuration space. */
    public ByteBuffer config(int length) {
        final int headerLength = 12;
        ByteBuffer payload = FrontendMessage.payload(headerLength + length);
        payload.putInt(4, length);
        FrontendMessage reply =
                link.call(FrontendMessage.of(VhostUserProtocol.GET_CONFIG, payload));
        if (reply.payload().limit() != payload.limit()) {
            throw new VhostUserException(
                    "GET_CONFIG of " + length + " bytes got " + reply.payload().limit());
        }
        return reply.payload().slice(headerLength, length).order(payload.order());
    }

    /** Writes the configuration space, as a driver does to switch the write cache. */
    public void setConfig(int offset, byte[] bytes) {
        ByteBuffer payload = FrontendMessage.payload(12 + bytes.length);
        payload.putInt(offset).putInt(bytes.length).putInt(0).put(bytes);
        acknowledged(FrontendMessage.of(VhostUserProtocol.SET_CONFIG, payload.flip()));
    }

    /** The virtio device status, where the protocol feature STATUS was set. */
    public int status() {
        return (int) askLong(VhostUserProtocol.GET_STATUS);
    }

    public void setStatus(int status) {
        acknowledged(FrontendMessage.ofLong(VhostUserProtocol.SET_STATUS, status));
    }

    /** Replaces all memory. */
    public void setMemoryTable(List<GuestMemory> regions) {
        ByteBuffer payload = FrontendMessage.payload(8 + REGION_LENGTH * regions.size());
        payload.putInt(regions.size()).putInt(0);
        for (GuestMemory region : regions) {
            putRegion(payload, region);
        }
        int[] descriptors = regions.stream().mapToInt(GuestMemory::fd).toArray();
        acknowledged(
                FrontendMessage.of(VhostUserProtocol.SET_MEM_TABLE, payload.flip(), descriptors));
    }

    public void addMemory(GuestMemory region) {
        ByteBuffer payload = FrontendMessage.payload(8 + REGION_LENGTH).putLong(0);
        putRegion(payload, region);
        acknowledged(
                FrontendMessage.of(VhostUserProtocol.ADD_MEM_REG, payload.flip(), region.fd()));
    }

    public void removeMemory(GuestMemory region) {
        ByteBuffer payload = FrontendMessage.payload(8 + REGION_LENGTH).putLong(0);
        putRegion(payload, region);
        acknowledged(FrontendMessage.of(VhostUserProtocol.REM_MEM_REG, payload.flip()));
    }

    private static void putRegion(ByteBuffer payload, GuestMemory region) {
        payload.putLong(region.guestAddress(0))
                .putLong(region.length())
                .putLong(region.frontendAddress(0))
                .putLong(0);
    }

    /** Has the backend make a file in which it will note what is in flight; ours to close. */
    public FrontendMessage makeInFlight(int queueCount, GuestOptions options) {
        final int length = 24;
        ByteBuffer payload = FrontendMessage.payload(length);
        payload.putShort(16, (short) queueCount).putShort(18, (short) options.queueSize());
        FrontendMessage reply =
                link.call(FrontendMessage.of(VhostUserProtocol.GET_INFLIGHT_FD, payload));
        if (reply.payload().limit() != length || reply.descriptors().length != 1) {
            throw new VhostUserException("GET_INFLIGHT_FD got no file");
        }
        return reply;
    }

    /** Shares that file with a backend. */
    public void setInFlight(FrontendMessage made) {
        acknowledged(
                FrontendMessage.of(
                        VhostUserProtocol.SET_INFLIGHT_FD, made.payload(), made.descriptors()));
    }

    /** Shares a queue's call and error counters, as a VMM does before the guest runs. */
    public void setCall(int index, DriverQueue queue) {
        link.send(FrontendMessage.ofLong(VhostUserProtocol.SET_VRING_CALL, index, queue.callFd()));
    }

    public void setError(int index, DriverQueue queue) {
        link.send(FrontendMessage.ofLong(VhostUserProtocol.SET_VRING_ERR, index, queue.errorFd()));
    }

    /** Describes a queue and starts it; it runs once it is enabled as well. */
    public void startQueue(int index, DriverQueue queue, int base) {
        link.send(FrontendMessage.ofState(VhostUserProtocol.SET_VRING_NUM, index, queue.size()));
        link.send(FrontendMessage.ofState(VhostUserProtocol.SET_VRING_BASE, index, base));
        ByteBuffer addresses = FrontendMessage.payload(40).putInt(0, index);
        addresses.putLong(8, queue.descriptorsAddress());
        addresses.putLong(16, queue.usedAddress());
        addresses.putLong(24, queue.availAddress());
        acknowledged(FrontendMessage.of(VhostUserProtocol.SET_VRING_ADDR, addresses));
        link.send(FrontendMessage.ofLong(VhostUserProtocol.SET_VRING_KICK, index, queue.kickFd()));
    }

    public void setEnabled(int index, boolean isEnabled) {
        link.send(
                FrontendMessage.ofState(
                        VhostUserProtocol.SET_VRING_ENABLE, index, isEnabled ? 1 : 0));
    }

    /** Stops a queue; returns the index from which it would go on. */
    public int stopQueue(int index) {
        FrontendMessage request =
                FrontendMessage.ofState(VhostUserProtocol.GET_VRING_BASE, index, 0);
        return link.call(request).payload().getInt(4);
    }

    private long askLong(int request) {
        return link.call(FrontendMessage.of(request)).longValue();
    }

    /** Sends a request without a reply of its own; with REPLY_ACK, waits until it is done. */
    public void acknowledged(FrontendMessage request) {
        if (!has(VhostUserProtocol.REPLY_ACK)) {
            link.send(request);
            return;
        }
        int flags = request.flags() | VhostUserProtocol.NEED_REPLY;
        long result = link.call(request.withFlags(flags)).longValue();
        if (result != 0) {
            throw new VhostUserException(
                    "the backend refused request " + request.request() + " with " + result);
        }
    }

    @Override
    public void close() {
        link.close();
    }
}
