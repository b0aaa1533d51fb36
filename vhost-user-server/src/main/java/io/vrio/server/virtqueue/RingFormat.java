// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.server.memory.GuestMemory;

/** The two formats of a ring; which one it has is negotiated, for all rings of a device. */
public enum RingFormat {
    SPLIT,
    PACKED;

    public static RingFormat of(long features) {
        return (features & RingFeatures.PACKED) != 0 ? PACKED : SPLIT;
    }

    /** Returns why no ring can be made of this, or null when one can. */
    public String invalidReason(RingLayout layout) {
        return switch (this) {
            case SPLIT -> SplitVirtqueue.invalidReason(layout);
            case PACKED -> PackedVirtqueue.invalidReason(layout);
        };
    }

    /** Returns why no ring has so many descriptors, or null when one may. */
    public String invalidSizeReason(int size) {
        return switch (this) {
            case SPLIT -> SplitVirtqueue.invalidSizeReason(size);
            case PACKED -> PackedVirtqueue.invalidSizeReason(size);
        };
    }

    /** Bytes that the in-flight log of a ring takes. */
    public long logLength(int size) {
        return switch (this) {
            case SPLIT -> InFlightLog.length(size);
            case PACKED -> PackedInFlightLog.length(size);
        };
    }

    /**
     * Where a ring goes on whose chains are given back in the order of their taking, should the
     * frontend not know it.
     *
     * @param layout without {@link #invalidReason}
     */
    public RingLayout resume(GuestMemory memory, RingLayout layout) {
        return switch (this) {
            // A frontend reads used.idx itself.
            case SPLIT -> layout;
            case PACKED -> PackedResumption.resume(memory, layout);
        };
    }

    /** A ring of the negotiated format whose frontend keeps no log of what is in flight. */
    public static Virtqueue open(GuestMemory memory, RingLayout layout, long features) {
        return switch (of(features)) {
            case SPLIT -> new SplitVirtqueue(memory, layout, features);
            case PACKED -> new PackedVirtqueue(memory, layout, features);
        };
    }

    /**
     * A ring of the negotiated format whose frontend keeps a log of what is in flight.
     *
     * @param log {@link #logLength} bytes for {@code logSize}
     * @param logSize descriptors that the log has room for, no fewer than the ring's
     */
    public static Virtqueue open(
            GuestMemory memory, RingLayout layout, long features, MemorySlice log, int logSize) {
        return switch (of(features)) {
            case SPLIT ->
                    new SplitVirtqueue(memory, layout, features, new InFlightLog(log, logSize));
            case PACKED ->
                    new PackedVirtqueue(
                            memory, layout, features, new PackedInFlightLog(log, logSize));
        };
    }
}
