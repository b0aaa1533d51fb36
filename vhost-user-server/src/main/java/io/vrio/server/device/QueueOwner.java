// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device;

import io.vrio.server.virtqueue.DescriptorChain;
import io.vrio.server.virtqueue.RingCounter;

/** What a {@link QueueService} asks of, and tells, the device's own part of a queue. */
public interface QueueOwner {
    /**
     * A chain was taken. It is pushed now or later, or put back.
     *
     * @return false when no more chains are to be taken in this duty cycle
     */
    boolean onChain(DescriptorChain chain);

    /** Whether somebody below still works on a chain that was taken. */
    boolean isUnderWay(int headIndex);

    /** The guest has broken a rule of its ring. */
    void onMalformed(RingCounter reason);

    /** The guest was called. */
    void onCall();

    /** The queue will not be touched again. Told once. */
    void onFault(String reason);
}
