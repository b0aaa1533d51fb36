// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.EventFd;
import io.vrio.server.virtqueue.Virtqueue;
import java.util.Map;

/**
 * A virtio device without its transport: what a session needs of a disk or NIC. One per session and
 * lives as long as its socket, across frontends that come and go. All on one worker's thread. Never
 * throws for what a guest does.
 */
public interface VirtioDevice extends AutoCloseable {
    /** The virtio features offered now; the session adds what belongs to vhost-user. */
    long offeredFeatures();

    /**
     * The driver's choice, a subset of what was offered at some time. Repeated by frontends, also
     * while queues run.
     */
    void acceptFeatures(long features);

    /** Queues a frontend may ask for. Never shrinks. */
    int queueCountMax();

    /** What a frontend hears that asks how many queues it may have: pairs of them for a NIC. */
    default int queueNumber() {
        return queueCountMax();
    }

    /** What only a NIC is asked; null for other devices. */
    default NicRequests nicRequests() {
        return null;
    }

    /** Descriptors a ring may have. */
    int queueSizeMax();

    /** Whether the chains of each queue are given back in the order in which they were taken. */
    default boolean isInOrder() {
        return false;
    }

    /**
     * Fills {@code target} with the configuration space from {@code offset} on; what is behind its
     * end reads as zeroes.
     *
     * @param offset 0 or more
     */
    void readConfig(int offset, MemorySlice target);

    /**
     * Changes the configuration space as the driver asks.
     *
     * @return false when a byte of the range may not be written; nothing has changed then
     */
    boolean writeConfig(int offset, MemorySlice source);

    /**
     * Begins to serve a queue: kicks are arranged, chains that wait already are taken by the next
     * {@link #doWork}, and the guest gets one call, because one may have been lost before.
     *
     * @param index below {@link #queueCountMax}; not started, or stopped and without chains in
     *     flight
     * @param call how to call the guest, null when it polls; stays the session's
     */
    void startQueue(int index, Virtqueue queue, EventFd call);

    /**
     * Calls go to another descriptor from now on, null for none; the old one is not used any more.
     * The guest gets one call, because one may have been lost between the two. Without effect for a
     * queue that is not started.
     */
    void replaceCall(int index, EventFd call);

    /**
     * A disabled queue executes nothing: a disk takes no chains, and those in flight go on; a NIC
     * throws away what the guest sends, and gives it nothing. Queues are enabled when started. A
     * kick that came while disabled is not lost. Without effect for a queue that is not started.
     */
    void enableQueue(int index, boolean isEnabled);

    /**
     * Takes no more chains. Those in flight go on to their end, the guest being called for each at
     * once: when {@link #inFlight} is 0, all is done and the queue's memory is not touched again.
     */
    void stopQueue(int index);

    /** Chains of a queue that the device holds. */
    int inFlight(int index);

    /**
     * Stops a queue and ends what is in flight with an I/O error towards the guest: for a guest
     * that lives on but cannot be kept waiting (the bounded drain of GET_VRING_BASE is over).
     * {@link #inFlight} is 0 afterwards, and nobody touches the guest's memory for this queue.
     */
    void failInFlight(int index);

    /**
     * Stops a queue and ends what is in flight without telling the guest, whose rings are not valid
     * any more. {@link #inFlight} is 0 afterwards, and nobody touches the guest's memory for this
     * queue.
     */
    void abandon(int index);

    /** Abandons all queues and forgets the driver's choices, as for a new driver. */
    void reset();

    /**
     * The frontend has gone: abandons all queues and forgets the driver's choices. The guest's
     * memory may belong to somebody else from now on, even while it is mapped here.
     */
    void detach();

    /** Sets the one who is told of changes; null for none. */
    void listen(DeviceListener listener);

    /**
     * Takes chains, gives back what has ended and calls the guest, a bounded amount.
     *
     * @return how much was done
     */
    int doWork();

    /**
     * Asks the guest to kick, then looks once more.
     *
     * @return whether the worker may block; false when chains have come meanwhile
     */
    boolean prepareToBlock();

    /**
     * While paused, no chain is taken: the memory table may be in the middle of a change. For
     * devices that take chains outside of {@link #doWork}, which is not called meanwhile.
     */
    default void pause(boolean isPaused) {}

    /** Whether it can be {@link #hold held}, and so change its worker while its driver runs. */
    default boolean isMovable() {
        return false;
    }

    /**
     * While held, no queue takes chains; all else goes on, and those in flight are given back. What
     * the guest offers meanwhile waits in its rings.
     */
    default void hold(boolean isHeld) {
        throw new UnsupportedOperationException("this device stays with its worker");
    }

    /**
     * Whether chains wait for something that may tell nobody when it is over: the device is asked
     * to work again soon, even if nothing happens.
     */
    default boolean isHeldBack() {
        return false;
    }

    /**
     * Whether its cable is pulled, and the frontend that is there has not been told: for those that
     * ask for no such thing, the end of the connection is the only way to say it.
     */
    default boolean isUnplugged() {
        return false;
    }

    /** The worker runs again: kicks may be suppressed. */
    void onWake();

    /** All counters by name, in a fixed order. */
    Map<String, Long> counters();

    /** Abandons all queues. The disk or NIC is closed afterwards, by whoever opened it. */
    @Override
    void close();
}
