// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;

/**
 * What a test needs to know of a frame.
 *
 * @param tagControl of its VLAN tag, or {@link #NO_TAG}
 * @param mark in the first bytes behind the header, to tell frames from each other
 */
public record SwitchedCopy(long target, long source, int tagControl, int mark) {
    public static final int NO_TAG = -1;
    static final int LENGTH = 60;
    static final int TYPE = 0x0800;

    private static final int TYPE_VLAN = 0x8100;

    static SwitchedCopy untagged(long target, long source, int mark) {
        return new SwitchedCopy(target, source, NO_TAG, mark);
    }

    static SwitchedCopy tagged(int tagControl, long target, long source, int mark) {
        return new SwitchedCopy(target, source, tagControl, mark);
    }

    static SwitchedCopy of(NetFrame frame) {
        try (NativeBuffer copy = new NativeBuffer(frame.length())) {
            MemorySlice bytes = copy.slice();
            frame.data().copyTo(0, bytes, 0, frame.length());
            boolean isTagged = bytes.getUnsignedShortBigEndian(12) == TYPE_VLAN;
            return new SwitchedCopy(
                    bytes.getLongBigEndian(0) >>> 16,
                    bytes.getLongBigEndian(6) >>> 16,
                    isTagged ? bytes.getUnsignedShortBigEndian(14) : NO_TAG,
                    bytes.getIntBigEndian(isTagged ? 18 : 14));
        }
    }

    public boolean isTagged() {
        return tagControl != NO_TAG;
    }

    /** Writes it to {@code memory}; returns how long it is. */
    int write(MemorySlice memory) {
        memory.putLongBigEndian(0, target << 16);
        memory.putLongBigEndian(6, source << 16);
        int type = 12;
        if (isTagged()) {
            memory.putShortBigEndian(12, TYPE_VLAN);
            memory.putShortBigEndian(14, tagControl);
            type = 16;
        }
        memory.putShortBigEndian(type, TYPE);
        memory.putIntBigEndian(type + 2, mark);
        return LENGTH + (isTagged() ? 4 : 0);
    }
}
