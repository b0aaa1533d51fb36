// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.server.memory.GuestMemory;

/** A virtqueue in the split format (virtio 1.2, 2.7). */
public final class SplitVirtqueue implements Virtqueue {
    /** Limit: descriptors of a ring that we serve (the specification allows 32768). */
    public static final int SIZE_MAX = 1024;

    /**
     * @param features what was negotiated; the ring looks at {@link RingFeatures#SPLIT}
     */
    public SplitVirtqueue(GuestMemory memory, RingLayout layout, long features) {
        throw new UnsupportedOperationException();
    }

    /** Returns why no ring can be made of this, or null when one can. */
    public static String invalidReason(RingLayout layout) {
        return null;
    }

    @Override
    public int size() {
        return 0;
    }

    @Override
    public boolean remap() {
        return false;
    }

    @Override
    public boolean poll(DescriptorChain chain) throws MalformedChainException {
        return false;
    }

    @Override
    public void push(int headIndex, int usedLength) {}

    @Override
    public void release(int headIndex) {}

    @Override
    public boolean publish() {
        return false;
    }

    @Override
    public int inFlight() {
        return 0;
    }

    @Override
    public void suppressKicks() {}

    @Override
    public boolean requestKicks() {
        return false;
    }

    @Override
    public int availIdx() {
        return 0;
    }

    @Override
    public int usedIdx() {
        return 0;
    }
}
