// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.server.memory.GuestMemory;

/**
 * The three areas of a ring in the guest's memory (virtio 1.2, 2.6): translated again when the
 * memory table has changed, and marked in the dirty log when we write there.
 */
final class RingAreas {
    private final GuestMemory memory;
    private final RingLayout layout;
    private final Shape descriptorShape;
    private final Shape driverShape;
    private final Shape deviceShape;
    private final MemorySlice descriptors = new MemorySlice();
    private final MemorySlice driver = new MemorySlice();
    private final MemorySlice device = new MemorySlice();
    private int mappedGeneration;
    private boolean isMapped;
    private boolean isLogged;
    private long deviceLogAddress;

    /** How many bytes an area has, and what its address must be a multiple of. */
    record Shape(long length, int alignment) {}

    RingAreas(
            GuestMemory memory,
            RingLayout layout,
            Shape descriptorShape,
            Shape driverShape,
            Shape deviceShape) {
        this.memory = memory;
        this.layout = layout;
        this.descriptorShape = descriptorShape;
        this.driverShape = driverShape;
        this.deviceShape = deviceShape;
    }

    /** Translates the addresses again; whether all areas are there. */
    boolean map() {
        mappedGeneration = memory.generation();
        isMapped =
                map(layout.descriptors(), descriptorShape, descriptors)
                        && map(layout.availRing(), driverShape, driver)
                        && map(layout.usedRing(), deviceShape, device);
        return isMapped;
    }

    private boolean map(long frontendAddress, Shape shape, MemorySlice target) {
        return memory.translateFrontend(frontendAddress, shape.length(), target)
                && target.address(0, shape.length()) % shape.alignment() == 0;
    }

    /** Whether {@link #map} was called for the present memory table. */
    boolean isCurrent() {
        return mappedGeneration == memory.generation();
    }

    /** Whether the slices may be used, when they are current. */
    boolean isMapped() {
        return isMapped;
    }

    MemorySlice descriptors() {
        return descriptors;
    }

    /** What the driver writes: the avail ring; packed: its wish for calls. */
    MemorySlice driver() {
        return driver;
    }

    /** What the device writes: the used ring; packed: its wish for kicks. */
    MemorySlice device() {
        return device;
    }

    void log(boolean isNowLogged, long deviceAddress) {
        isLogged = isNowLogged;
        deviceLogAddress = deviceAddress;
    }

    /** The frontend learns that a part of the device area was written. */
    void logDevice(long offset, long length) {
        if (isLogged) {
            memory.markDirty(deviceLogAddress + offset, length);
        }
    }

    /** The frontend learns that a part of the descriptor area was written. */
    void logDescriptors(long offset, long length) {
        if (isLogged) {
            memory.markFrontendDirty(layout.descriptors() + offset, length);
        }
    }
}
