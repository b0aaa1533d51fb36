// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;

/**
 * Sends and receives single frames, each with a virtio_net_hdr before it. Like a wire it may lose,
 * repeat and reorder them, cut a super-frame into segments, and group segments anew. Belongs to one
 * worker; never waits.
 */
public interface Link extends AutoCloseable {
    /** The IP MTU of the interface now. A system call: not per frame. */
    int mtu();

    /** The Ethernet address of the interface, first byte in bits 47-40. */
    long hardwareAddress();

    /**
     * Sends one frame: {@code headersLength} bytes of {@code headers} from byte 0 on, then a range
     * of {@code payload}. All memory may be reused on return.
     *
     * @param payload ignored, and may be null, when {@code payloadLength} is 0
     * @return false when it was not taken, which is counted by reason; treat it as a loss
     * @throws InternalError when memory of the payload has vanished: it would never be taken
     */
    boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength);

    /**
     * Takes one received frame into {@code buffer}, from byte 0 on. A frame that does not fit is
     * counted and dropped; {@code FrameHeader.FRAME_MAX} bytes hold any.
     *
     * @return its length with the virtio_net_hdr, or 0 when there is none now
     */
    int receive(MemorySlice buffer);

    /** What to watch for readability in epoll, or -1 when there is nothing. */
    int descriptor();

    /** What became of the frames. Asks the kernel too: control path, on the worker's thread. */
    Counters<LinkCounter> counters();

    @Override
    void close();
}
