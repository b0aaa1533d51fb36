// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

import io.vrio.common.sys.Linux;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A VMM with a guest that uses a virtio-blk disk: connects, negotiates and starts in QEMU's order,
 * stops in QEMU's order when closed. The queues may be driven by one thread each; the rest belongs
 * to the thread that made it.
 */
public final class BlockGuest implements AutoCloseable {
    /** What QEMU reads of the configuration space. */
    private static final int CONFIG_LENGTH = 57;

    /** Where the guest sees its memory; not 0, so that a backend which adds nothing is caught. */
    private static final long GUEST_ADDRESS = 1L << 20;

    private final GuestOptions options;
    private VhostUserFrontend frontend;
    private final GuestMemory memory;
    private final List<BlockQueue> queues = new ArrayList<>();
    private VhostUserLink backendRequests;
    private long features;
    private ByteBuffer config;

    /** Where the backend notes what is in flight; null without one. */
    private FrontendMessage inFlight;

    private BlockGuest(VhostUserFrontend frontend, GuestOptions options) {
        this.frontend = frontend;
        this.options = options;
        memory = new GuestMemory(GUEST_ADDRESS, options.memoryLength());
    }

    /** A running guest. */
    public static BlockGuest connect(Path socket, GuestOptions options) {
        BlockGuest guest = new BlockGuest(VhostUserFrontend.connect(socket), options);
        try {
            guest.negotiate();
            guest.start();
            return guest;
        } catch (RuntimeException e) {
            guest.release();
            throw e;
        }
    }

    private void negotiate() {
        long offered = frontend.features();
        negotiateProtocol(offered);
        frontend.setOwner();
        features = frontend.features() & options.features();
        if ((features & VirtioBlock.F_VERSION_1) == 0) {
            throw new VhostUserException("the backend does not offer VIRTIO_F_VERSION_1");
        }
        while (queues.size() < options.queueCount()) {
            queues.add(newQueue());
        }
        for (int i = 0; i < queues.size(); i++) {
            frontend.setCall(i, queues.get(i).ring());
            frontend.setError(i, queues.get(i).ring());
        }
        if (frontend.has(VhostUserProtocol.CONFIG)) {
            config = frontend.config(CONFIG_LENGTH);
        }
    }

    private void negotiateProtocol(long offered) {
        if ((offered & options.features() & VirtioBlock.F_PROTOCOL_FEATURES) == 0) {
            return;
        }
        long protocolFeatures = frontend.offeredProtocolFeatures() & options.protocolFeatures();
        frontend.setProtocolFeatures(protocolFeatures);
        if (frontend.has(VhostUserProtocol.MQ)) {
            int max = frontend.queueCountMax();
            if (options.queueCount() > max) {
                throw new VhostUserException("the backend has only " + max + " queues");
            }
        }
        if (frontend.has(VhostUserProtocol.CONFIGURE_MEM_SLOTS)) {
            frontend.memorySlotsMax();
        }
        if (frontend.has(VhostUserProtocol.BACKEND_REQ)) {
            backendRequests = frontend.openBackendRequests();
        }
    }

    private BlockQueue newQueue() {
        boolean hasEventIndex = hasFeature(VirtioBlock.F_EVENT_IDX);
        boolean isIndirect = hasFeature(VirtioBlock.F_INDIRECT_DESC);
        DriverQueue ring = new DriverQueue(memory, options.queueSize(), hasEventIndex);
        return new BlockQueue(ring, memory, options.slotCount(), options.dataMax(), isIndirect);
    }

    private void start() {
        frontend.setFeatures(features);
        if (frontend.has(VhostUserProtocol.INFLIGHT_SHMFD)) {
            inFlight = inFlight == null ? frontend.makeInFlight(queues.size(), options) : inFlight;
            frontend.setInFlight(inFlight);
        }
        for (int i = 0; i < queues.size(); i++) {
            frontend.setCall(i, queues.get(i).ring());
        }
        frontend.setFeatures(features);
        if (frontend.has(VhostUserProtocol.CONFIGURE_MEM_SLOTS)) {
            frontend.addMemory(memory);
        } else {
            frontend.setMemoryTable(List.of(memory));
        }
        for (int i = 0; i < queues.size(); i++) {
            // Where the backend has to go on; 0 at first. What is behind it is offered again.
            frontend.startQueue(i, queues.get(i).ring(), queues.get(i).ring().usedIdx());
        }
        enable(true);
        // The answer proves that all before it has been done; not every message has a reply.
        frontend.features();
    }

    private void enable(boolean isEnabled) {
        if (hasFeature(VirtioBlock.F_PROTOCOL_FEATURES)) {
            for (int i = 0; i < queues.size(); i++) {
                frontend.setEnabled(i, isEnabled);
            }
        }
    }

    /** The features in force. */
    public boolean hasFeature(long feature) {
        return (features & feature) != 0;
    }

    public VhostUserFrontend frontend() {
        return frontend;
    }

    public GuestMemory memory() {
        return memory;
    }

    /** What the backend asks of the VMM, or null when it cannot ask. */
    public VhostUserLink backendRequests() {
        return backendRequests;
    }

    public int queueCount() {
        return queues.size();
    }

    public BlockQueue queue(int index) {
        return queues.get(index);
    }

    /** The disk's size as the guest sees it. */
    public long capacitySectors() {
        return config.getLong(0);
    }

    /** The configuration space as read when it connected, little endian. */
    public ByteBuffer config() {
        return config;
    }

    /** Stops the queues as QEMU does when the guest is reset. */
    public void stop() {
        enable(false);
        for (int i = 0; i < queues.size(); i++) {
            int base = frontend.stopQueue(i);
            int expected = queues.get(i).ring().availIdx();
            if (base != expected) {
                throw new VhostUserException(
                        "queue " + i + " stopped at " + base + ", not at " + expected);
            }
        }
    }

    /** Starts again after {@link #stop}, as when a paused guest continues. */
    public void resume() {
        start();
    }

    /**
     * Connects again after the backend has gone, with the same memory and rings, while other
     * threads may go on with the queues. Without a log of what is in flight, what was not used is
     * offered again, as by QEMU: right only when requests end in order, or none was in flight.
     */
    public void reconnect(Path socket) {
        long featuresBefore = features;
        disconnect();
        frontend = VhostUserFrontend.connect(socket);
        negotiate();
        if ((featuresBefore & ~features) != 0) {
            throw new VhostUserException("the backend lacks features that the guest uses");
        }
        features = featuresBefore;
        start();
    }

    private void disconnect() {
        frontend.close();
        if (backendRequests != null) {
            backendRequests.close();
            backendRequests = null;
        }
    }

    /** Stops, then disconnects. */
    @Override
    public void close() {
        try {
            stop();
        } finally {
            release();
        }
    }

    /** Disconnects as a VMM that was killed does. */
    public void release() {
        disconnect();
        queues.forEach(BlockQueue::close);
        memory.close();
        if (inFlight != null) {
            Linux.close(inFlight.descriptors()[0]);
            inFlight = null;
        }
    }
}
