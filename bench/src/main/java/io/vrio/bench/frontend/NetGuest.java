// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

import io.vrio.common.memory.MemorySlice;
import java.nio.file.Path;
import java.util.List;

/**
 * A VMM with a guest that uses the first queue pair of a virtio NIC, without any offload: sends
 * frames and waits for some as an interrupt-driven driver does. One thread; allocates nothing after
 * construction.
 */
public final class NetGuest implements AutoCloseable {
    /** Bytes of a frame at most, Ethernet's header included. */
    private static final int FRAME_MAX = 1514;

    private static final int BUFFER_LENGTH = 2048;
    private static final int QUEUE_SIZE = 64;
    private static final long MEMORY_LENGTH = 4 << 20;
    private static final long GUEST_ADDRESS = 1L << 20;
    private static final long FEATURES =
            VirtioBlock.F_VERSION_1 | VirtioBlock.F_PROTOCOL_FEATURES | VirtioBlock.F_EVENT_IDX;
    private static final long PROTOCOL_FEATURES =
            VhostUserProtocol.MQ | VhostUserProtocol.REPLY_ACK;

    private final VhostUserFrontend frontend;
    private final GuestMemory memory = new GuestMemory(GUEST_ADDRESS, MEMORY_LENGTH);
    private final DriverQueue receiving;
    private final DriverQueue transmitting;
    private final long receiveBuffers;
    private final long transmitBuffers;
    private int transmitted;
    private int reclaimed;

    private NetGuest(VhostUserFrontend frontend) {
        this.frontend = frontend;
        long features = negotiate();
        boolean hasEventIndex = (features & VirtioBlock.F_EVENT_IDX) != 0;
        receiving = new DriverQueue(memory, QUEUE_SIZE, hasEventIndex);
        transmitting = new DriverQueue(memory, QUEUE_SIZE, hasEventIndex);
        receiveBuffers = memory.allocate((long) QUEUE_SIZE * BUFFER_LENGTH, BUFFER_LENGTH);
        transmitBuffers = memory.allocate((long) QUEUE_SIZE * BUFFER_LENGTH, BUFFER_LENGTH);
        start(features);
    }

    /** A guest whose NIC is up and has its receive buffers. */
    public static NetGuest connect(Path socket) {
        VhostUserFrontend frontend = VhostUserFrontend.connect(socket);
        try {
            return new NetGuest(frontend);
        } catch (RuntimeException e) {
            frontend.close();
            throw e;
        }
    }

    private long negotiate() {
        long offered = frontend.features();
        if ((offered & VirtioBlock.F_VERSION_1) == 0) {
            throw new VhostUserException("the backend does not offer VIRTIO_F_VERSION_1");
        }
        frontend.setProtocolFeatures(frontend.offeredProtocolFeatures() & PROTOCOL_FEATURES);
        frontend.setOwner();
        return offered & FEATURES;
    }

    private void start(long features) {
        frontend.setFeatures(features);
        frontend.setMemoryTable(List.of(memory));
        start(VirtioNet.RECEIVE_QUEUE, receiving);
        start(VirtioNet.TRANSMIT_QUEUE, transmitting);
        for (int i = 0; i < QUEUE_SIZE; i++) {
            long address = memory.guestAddress(receiveBuffers + (long) i * BUFFER_LENGTH);
            receiving.putDescriptor(i, address, BUFFER_LENGTH, VirtioBlock.DESCRIPTOR_WRITE, 0);
            receiving.offer(i);
        }
        receiving.kickIfNeeded();
        // The answer proves that all before it has been done.
        frontend.features();
    }

    private void start(int index, DriverQueue queue) {
        frontend.setCall(index, queue);
        frontend.startQueue(index, queue, 0);
        frontend.setEnabled(index, true);
    }

    /** Sends a frame; never waits. */
    public void send(byte[] frame, int length) {
        if (length > FRAME_MAX) {
            throw new IllegalArgumentException("a frame of " + length + " bytes");
        }
        while (transmitting.takeUsed() >= 0) {
            reclaimed++;
        }
        if (transmitted - reclaimed == QUEUE_SIZE) {
            throw new VhostUserException("the backend does not take frames");
        }
        int slot = transmitted++ & (QUEUE_SIZE - 1);
        long offset = transmitBuffers + (long) slot * BUFFER_LENGTH;
        MemorySlice memorySlice = memory.slice();
        memorySlice.fill(offset, VirtioNet.HEADER_LENGTH, (byte) 0);
        memorySlice.putBytes(offset + VirtioNet.HEADER_LENGTH, frame, 0, length);
        int total = VirtioNet.HEADER_LENGTH + length;
        transmitting.putDescriptor(slot, memory.guestAddress(offset), total, 0, 0);
        transmitting.offer(slot);
        transmitting.kickIfNeeded();
    }

    /**
     * Takes a frame that has come.
     *
     * @return its length, or -1 when there is none
     */
    public int receive(byte[] frame) {
        long head = receiving.takeUsed();
        if (head < 0) {
            return -1;
        }
        int length = receiving.usedLength() - VirtioNet.HEADER_LENGTH;
        if (head >= QUEUE_SIZE || length < 0 || length > frame.length) {
            throw new VhostUserException(
                    "the backend used head " + head + ", " + length + " bytes");
        }
        long offset = receiveBuffers + head * BUFFER_LENGTH + VirtioNet.HEADER_LENGTH;
        memory.slice().getBytes(offset, frame, 0, length);
        receiving.offer((int) head);
        receiving.kickIfNeeded();
        return length;
    }

    /** Blocks until a frame has come; returns false when none came within the time. */
    public boolean await(long timeoutNs) {
        boolean isReady = receiving.enableCalls() || receiving.awaitCall(timeoutNs);
        receiving.disableCalls();
        return isReady;
    }

    @Override
    public void close() {
        try {
            for (int i = 0; i < VirtioNet.QUEUES; i++) {
                frontend.stopQueue(i);
            }
        } finally {
            frontend.close();
            receiving.close();
            transmitting.close();
            memory.close();
        }
    }
}
