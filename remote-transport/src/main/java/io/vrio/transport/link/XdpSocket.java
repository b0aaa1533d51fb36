// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.AnonymousMemory;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.Linux;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.Segmenter;

/**
 * An AF_XDP socket: frames of one queue of an interface, in chunks of memory that is shared with
 * the kernel, without a system call for each that is received. Copying mode, so that it works with
 * every driver. One worker.
 */
final class XdpSocket implements AutoCloseable {
    /** Bytes of a chunk; a frame of the usual MTU fits one. */
    static final int CHUNK_LENGTH = 2048;

    /** Bytes that the kernel keeps free at the start of a chunk it receives into. */
    private static final int HEADROOM = 256;

    /** Limit: chunks that a received frame may take, where the kernel can spread it. */
    private static final int SPREAD_MAX = 4;

    /** Limit: frames that wait to be received; more are lost, and counted. */
    private static final int RECEIVE_CHUNKS = 3840;

    /** Limit: frames that the device has not sent yet; beyond it there is no room. */
    private static final int SEND_CHUNKS = 256;

    /**
     * 8 MiB: what a process may have locked without CAP_IPC_LOCK where nobody changed the limit.
     */
    private static final int UMEM_LENGTH = (RECEIVE_CHUNKS + SEND_CHUNKS) * CHUNK_LENGTH;

    private static final int RECEIVE_ENTRIES = 4096;
    private static final int SEND_ENTRIES = SEND_CHUNKS;

    static final int AF_XDP = 44;
    private static final int SOCK_RAW = 3;
    private static final int SOL_XDP = 283;
    private static final int MMAP_OFFSETS = 1;
    private static final int RX_RING = 2;
    private static final int TX_RING = 3;
    private static final int UMEM_REG = 4;
    private static final int UMEM_FILL_RING = 5;
    private static final int UMEM_COMPLETION_RING = 6;
    private static final int STATISTICS = 7;
    private static final long PAGE_RX = 0;
    private static final long PAGE_TX = 0x80000000L;
    private static final long PAGE_FILL = 0x100000000L;
    private static final long PAGE_COMPLETION = 0x180000000L;
    private static final int READ_WRITE = 3;
    private static final int SHARED_POPULATED = 0x8001;
    private static final int MSG_DONTWAIT = 0x40;

    // Flags of a bind.
    private static final int COPY = 2;
    private static final int USE_NEED_WAKEUP = 8;
    private static final int USE_SPREAD = 16;

    // struct xdp_desc {u64 address; u32 length; u32 options}; fill and completion: addresses alone.
    private static final int DESCRIPTOR_LENGTH = 16;
    private static final int ADDRESS_LENGTH = 8;
    private static final int CONTINUED = 1;

    // struct xdp_mmap_offsets: of rx, tx, fill and completion {producer, consumer, desc, flags}.
    private static final int OFFSETS_LENGTH = 128;
    private static final int RING_OFFSETS_LENGTH = 32;

    // struct xdp_umem_reg as of Linux 4.18, struct sockaddr_xdp, struct xdp_statistics.
    private static final int UMEM_REG_LENGTH = 24;
    private static final int NAME_LENGTH = 16;
    private static final int STATISTICS_LENGTH = 48;

    private final int fd;
    private final AnonymousMemory memory = new AnonymousMemory(UMEM_LENGTH);
    private final MemorySlice umem = memory.slice();
    private final NativeBuffer structures = new NativeBuffer(OFFSETS_LENGTH + 4);
    private final MemorySlice frame = new MemorySlice();
    private final int[] freeChunks = new int[SEND_CHUNKS];
    private int freeCount;

    /** Of the link that is served now. */
    private Counters<LinkCounter> counters = new Counters<>(LinkCounter.class);

    private XdpRing received;
    private XdpRing sent;
    private XdpRing fill;
    private XdpRing completed;
    private boolean canSpread;
    private boolean isKickPending;
    private long overruns;

    private XdpSocket(int fd) {
        this.fd = fd;
    }

    /**
     * @throws ErrnoException when the kernel has no AF_XDP or does not let us; EBUSY while another
     *     program has this queue
     */
    static XdpSocket open(int interfaceIndex, int queue) {
        int fd = Linux.check(Linux.socket(AF_XDP, SOCK_RAW, 0), "socket AF_XDP");
        XdpSocket socket = new XdpSocket(fd);
        try {
            socket.register();
            socket.map();
            socket.bind(interfaceIndex, queue);
            socket.fill();
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private void register() {
        MemorySlice registration = structures.slice();
        registration.putLong(0, umem.address(0, UMEM_LENGTH));
        registration.putLong(8, UMEM_LENGTH);
        registration.putInt(16, CHUNK_LENGTH);
        registration.putInt(20, 0);
        // Safety: the kernel writes into these pages until the socket is closed.
        long address = registration.address(0, UMEM_REG_LENGTH);
        int result = Linux.setsockopt(fd, SOL_XDP, UMEM_REG, address, UMEM_REG_LENGTH);
        Linux.check(result, "XDP_UMEM_REG of " + UMEM_LENGTH + " bytes");
        setCount(RX_RING, RECEIVE_ENTRIES);
        setCount(TX_RING, SEND_ENTRIES);
        setCount(UMEM_FILL_RING, RECEIVE_ENTRIES);
        setCount(UMEM_COMPLETION_RING, SEND_ENTRIES);
    }

    private void setCount(int ring, int count) {
        Linux.check(Linux.setsockopt(fd, SOL_XDP, ring, count), "ring of an AF_XDP socket");
    }

    private void map() {
        MemorySlice offsets = structures.slice();
        ask(MMAP_OFFSETS, OFFSETS_LENGTH, "XDP_MMAP_OFFSETS");
        received = map(offsets, 0, PAGE_RX, DESCRIPTOR_LENGTH, RECEIVE_ENTRIES);
        sent = map(offsets, 1, PAGE_TX, DESCRIPTOR_LENGTH, SEND_ENTRIES);
        fill = map(offsets, 2, PAGE_FILL, ADDRESS_LENGTH, RECEIVE_ENTRIES);
        completed = map(offsets, 3, PAGE_COMPLETION, ADDRESS_LENGTH, SEND_ENTRIES);
    }

    private void ask(int option, int length, String what) {
        MemorySlice answer = structures.slice();
        answer.putInt(OFFSETS_LENGTH, length);
        long address = answer.address(0, length);
        long lengthAddress = answer.address(OFFSETS_LENGTH, 4);
        Linux.check(Linux.getsockopt(fd, SOL_XDP, option, address, lengthAddress), what);
        if (answer.getInt(OFFSETS_LENGTH) != length) {
            // Linux before 5.9 answers less.
            throw new ErrnoException(what, Linux.EOPNOTSUPP);
        }
    }

    private XdpRing map(MemorySlice offsets, int index, long page, int entryLength, int count) {
        long at = (long) index * RING_OFFSETS_LENGTH;
        XdpRing.Layout layout =
                new XdpRing.Layout(
                        (int) offsets.getLong(at),
                        (int) offsets.getLong(at + 8),
                        (int) offsets.getLong(at + 16),
                        (int) offsets.getLong(at + 24));
        long length = layout.entries() + (long) entryLength * count;
        long address = Linux.mmap(0, length, READ_WRITE, SHARED_POPULATED, fd, page);
        Linux.check(address, "mmap of an AF_XDP ring");
        return new XdpRing(new MemorySlice(address, length), layout, entryLength, count);
    }

    private void bind(int interfaceIndex, int queue) {
        int result = bind(interfaceIndex, queue, COPY | USE_NEED_WAKEUP | USE_SPREAD);
        canSpread = result >= 0;
        if (result == -Linux.EINVAL) {
            // Linux before 6.6 cannot spread a frame over chunks.
            result = bind(interfaceIndex, queue, COPY | USE_NEED_WAKEUP);
        }
        Linux.check(result, "bind AF_XDP to queue " + queue);
    }

    private int bind(int interfaceIndex, int queue, int flags) {
        MemorySlice name = structures.slice();
        name.putShort(0, (short) AF_XDP);
        name.putShort(2, (short) flags);
        name.putInt(4, interfaceIndex);
        name.putInt(8, queue);
        name.putInt(12, 0);
        return Linux.bind(fd, name.address(0, NAME_LENGTH), NAME_LENGTH);
    }

    /** The kernel receives into the first chunks; the others are for sending. */
    private void fill() {
        for (int i = 0; i < RECEIVE_CHUNKS; i++) {
            fill.memory().putLong(fill.entry(i), (long) i * CHUNK_LENGTH);
        }
        fill.publish(RECEIVE_CHUNKS);
        for (int i = 0; i < SEND_CHUNKS; i++) {
            freeChunks[freeCount++] = RECEIVE_CHUNKS + i;
        }
    }

    /** Bytes of the longest Ethernet frame that it receives. */
    int frameMax() {
        return (CHUNK_LENGTH - HEADROOM) * (canSpread ? SPREAD_MAX : 1);
    }

    int fd() {
        return fd;
    }

    /** From now on it counts for another link. */
    void serve(Counters<LinkCounter> newCounters) {
        counters = newCounters;
    }

    /** Sends as {@link Link#send} does; the frame, with its virtio_net_hdr, fits a chunk. */
    boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        reclaim();
        if (freeCount == 0 || sent.room() == 0) {
            counters.increment(LinkCounter.SEND_NO_ROOM);
            kick();
            return false;
        }
        int length = headersLength + payloadLength;
        long chunk = (long) freeChunks[freeCount - 1] * CHUNK_LENGTH;
        frame.wrap(umem, chunk, CHUNK_LENGTH);
        headers.copyTo(0, frame, 0, headersLength);
        if (payloadLength > 0) {
            payload.copyTo(payloadOffset, frame, headersLength, payloadLength);
            MemoryFaults.raisePending();
        }
        Segmenter.complete(frame, length);
        freeCount--;
        long entry = sent.entry(0);
        int frameLength = length - FrameHeader.VNET_LENGTH;
        sent.memory().putLong(entry, chunk + FrameHeader.VNET_LENGTH);
        sent.memory().putInt(entry + 8, frameLength);
        sent.memory().putInt(entry + 12, 0);
        sent.publish(1);
        return count(kick(), frameLength);
    }

    private boolean count(int result, int frameLength) {
        if (result < 0 && !isKickPending) {
            counters.increment(PacketLink.refusal(-result));
            return false;
        }
        counters.increment(LinkCounter.SENT_FRAMES);
        counters.add(LinkCounter.SENT_BYTES, frameLength);
        return true;
    }

    /** Takes back the chunks whose frames have left. */
    private void reclaim() {
        int ready = completed.ready();
        for (int i = 0; i < ready; i++) {
            long chunk = completed.memory().getLong(completed.entry(i)) / CHUNK_LENGTH;
            if (chunk >= RECEIVE_CHUNKS && chunk < RECEIVE_CHUNKS + SEND_CHUNKS) {
                freeChunks[freeCount++] = (int) chunk;
            }
        }
        if (ready > 0) {
            completed.release(ready);
        }
    }

    /** Has the kernel send what is in the ring; it may leave some of it for the next time. */
    private int kick() {
        if (!sent.isWakeUpNeeded()) {
            return 0;
        }
        int result = (int) Linux.send(fd, 0, 0, MSG_DONTWAIT);
        isKickPending =
                result == -Linux.EAGAIN || result == -Linux.EBUSY || result == -Linux.ENOBUFS;
        return result;
    }

    /** Again, what the device had no room for. Each round of the worker. */
    void flush() {
        if (isKickPending) {
            kick();
        }
    }

    /** Bytes of the next received frame with a virtio_net_hdr, or 0 when there is none now. */
    int nextLength() {
        int ready = received.ready();
        int length = FrameHeader.VNET_LENGTH;
        for (int i = 0; i < ready; i++) {
            long entry = received.entry(i);
            length += received.memory().getInt(entry + 8);
            if ((received.memory().getInt(entry + 12) & CONTINUED) == 0) {
                return length;
            }
        }
        return 0;
    }

    /**
     * Copies the first bytes of the next received frame, as many as fit, and leaves room for a
     * virtio_net_hdr before them.
     */
    void copyNext(MemorySlice target) {
        long at = FrameHeader.VNET_LENGTH;
        boolean isContinued = true;
        for (int i = 0; isContinued && at < target.length(); i++) {
            long entry = received.entry(i);
            long address = received.memory().getLong(entry);
            int length = received.memory().getInt(entry + 8);
            long part = Math.min(length, target.length() - at);
            umem.copyTo(address, target, at, part);
            at += part;
            isContinued = (received.memory().getInt(entry + 12) & CONTINUED) != 0;
        }
    }

    /** Copies bytes of the next received frame, counted with a virtio_net_hdr, into a list. */
    void copyNext(int offset, SliceList target, long targetOffset, int length) {
        int skip = offset - FrameHeader.VNET_LENGTH;
        int done = 0;
        for (int i = 0; done < length; i++) {
            long entry = received.entry(i);
            long address = received.memory().getLong(entry);
            int pieceLength = received.memory().getInt(entry + 8);
            int part = Math.min(length - done, pieceLength - skip);
            if (part > 0) {
                target.copyFrom(targetOffset + done, umem, address + skip, part);
                done += part;
            }
            skip = Math.max(0, skip - pieceLength);
        }
    }

    /** Gives the next received frame's chunks back to the kernel. */
    void takeNext() {
        int count = 0;
        boolean isContinued = true;
        while (isContinued && count < received.ready()) {
            long entry = received.entry(count);
            long chunk = received.memory().getLong(entry) & -CHUNK_LENGTH;
            isContinued = (received.memory().getInt(entry + 12) & CONTINUED) != 0;
            fill.memory().putLong(fill.entry(count), chunk);
            count++;
        }
        received.release(count);
        fill.publish(count);
    }

    /** Drops what was received, which nobody will take. */
    void discard() {
        while (received.ready() > 0) {
            takeNext();
        }
    }

    /** Frames that were lost since the last question, because too many wait to be received. */
    long newOverruns() {
        MemorySlice statistics = structures.slice();
        ask(STATISTICS, STATISTICS_LENGTH, "XDP_STATISTICS");
        // struct xdp_statistics {rx_dropped; invalid descriptors: rx, tx; rx_ring_full; ...}.
        long all = statistics.getLong(0) + statistics.getLong(24);
        long added = all - overruns;
        overruns = all;
        return added;
    }

    @Override
    public void close() {
        Linux.close(fd);
        for (XdpRing ring : new XdpRing[] {received, sent, fill, completed}) {
            if (ring != null) {
                MemorySlice mapped = ring.memory();
                long address = mapped.address(0, mapped.length());
                long length = mapped.length();
                // Safety: a later access fails its bounds check.
                mapped.wrap(0, 0);
                Linux.munmap(address, length);
            }
        }
        structures.close();
        memory.close();
    }
}
