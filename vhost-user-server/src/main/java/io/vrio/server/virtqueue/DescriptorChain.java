// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import java.util.Arrays;

/**
 * One chain taken from a virtqueue, translated and checked: what the device may read, then what it
 * may write. Reused for the next chain; owned and closed by whoever polls. Framing is not kept:
 * where descriptors begin and end means nothing (virtio 1.2, 2.7.4.2).
 */
public final class DescriptorChain implements AutoCloseable {
    /** Limit: descriptors of an indirect table, as in QEMU; a longer one is malformed. */
    static final int INDIRECT_MAX = 1024;

    private final SliceList readable = new SliceList();
    private final SliceList writable = new SliceList();
    private final SliceList tablePieces = new SliceList();
    private final NativeBuffer table =
            new NativeBuffer((long) INDIRECT_MAX * SplitDescriptor.LENGTH);
    private final long[] writtenRanges = new long[2 * SliceList.PIECES_MAX];
    private int writtenLongs;
    private int headIndex;

    void begin(int head) {
        headIndex = head;
        clear();
    }

    void clear() {
        readable.clear();
        writable.clear();
        writtenLongs = 0;
    }

    /** Notes where guest memory is that was added to {@link #writable}. */
    void addWritten(long guestAddress, int length) {
        // Limit: descriptors of a ring and of an indirect table, 1024 each.
        writtenRanges[writtenLongs++] = guestAddress;
        writtenRanges[writtenLongs++] = length;
    }

    /** Guest address and length of all that the device may write, in turn; a copy. */
    long[] writtenRanges() {
        return Arrays.copyOf(writtenRanges, writtenLongs);
    }

    /** Scratch: where an indirect table is in guest memory. */
    SliceList tablePieces() {
        return tablePieces;
    }

    /** Scratch: our copy of an indirect table, which the guest cannot change while we walk it. */
    MemorySlice table() {
        return table.slice();
    }

    /** Identifies the chain to the guest; unique among those in flight. */
    public int headIndex() {
        return headIndex;
    }

    /** Guest memory the device reads. */
    public SliceList readable() {
        return readable;
    }

    /** Guest memory the device writes. */
    public SliceList writable() {
        return writable;
    }

    @Override
    public void close() {
        table.close();
    }
}
