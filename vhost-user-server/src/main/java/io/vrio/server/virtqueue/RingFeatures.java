// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

/** Feature bits of virtio that concern the rings (virtio 1.2, section 6). */
public final class RingFeatures {
    /** Legacy: framing is free; implied by {@link #VERSION_1}. */
    public static final long ANY_LAYOUT = 1L << 27;

    public static final long INDIRECT_DESC = 1L << 28;
    public static final long EVENT_IDX = 1L << 29;
    public static final long VERSION_1 = 1L << 32;

    /** The rings are packed ones. */
    public static final long PACKED = 1L << 34;

    /** What {@link SplitVirtqueue} can do. */
    public static final long SPLIT = ANY_LAYOUT | INDIRECT_DESC | EVENT_IDX | VERSION_1;

    /** What rings of either format can do. */
    public static final long ALL = SPLIT | PACKED;

    private RingFeatures() {}
}
