// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.Linux;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.protocol.VhostUserMessage;
import io.vrio.server.virtqueue.RingFormat;
import io.vrio.server.virtqueue.RingLayout;
import io.vrio.server.virtqueue.Virtqueue;

/**
 * The memory in which a frontend keeps what is in flight, so that requests survive us: made by us
 * when it first asks, given back to us, or to whoever comes after us, with each connection. Worker.
 */
final class InFlightRequests implements AutoCloseable {
    private final GuestMemory memory;
    private final MessageReader reader;

    /** By vring: the last one that was opened with a log. */
    private final Virtqueue[] queues;

    private RingFormat format = RingFormat.SPLIT;
    private MemorySlice slice;
    private int vringCount;
    private int vringSize;

    /**
     * @param reader has the descriptor of the message in work, and keeps it
     * @param vringCountMax limit: vrings of the device
     */
    InFlightRequests(GuestMemory memory, MessageReader reader, int vringCountMax) {
        this.memory = memory;
        this.reader = reader;
        queues = new Virtqueue[vringCountMax];
    }

    /** The rings that are opened from now on have this format, and so has what is noted of them. */
    void setFormat(RingFormat newFormat) {
        format = newFormat;
    }

    /**
     * Makes a file of zeroes, in which nobody has noted anything.
     *
     * @return its descriptor, which is the caller's to close
     */
    int createFile(VhostUserMessage message) throws RequestRefusedException {
        checkVrings(message);
        int fd = Linux.check(Linux.memfdCreate("vrio-in-flight"), "memfd_create");
        int result = Linux.ftruncate(fd, length(message));
        if (result == 0) {
            result = Linux.sealLength(fd);
        }
        if (result < 0) {
            Linux.close(fd);
            throw new RequestRefusedException("a file of its length: " + Linux.describe(-result));
        }
        return fd;
    }

    /** Bytes for the vrings of a message that {@link #createFile} has taken. */
    long length(VhostUserMessage message) {
        return message.inFlightVrings() * format.logLength(message.inFlightVringSize());
    }

    /** What is in flight is noted there from now on; no vring runs. */
    void setFile(VhostUserMessage message) throws RequestRefusedException {
        checkVrings(message);
        reader.checkDescriptorCount(1);
        if (message.inFlightLength() < length(message)) {
            throw new RequestRefusedException(message.inFlightLength() + " bytes are too few");
        }
        slice =
                memory.mapInFlight(
                        message.inFlightLength(),
                        message.inFlightOffset(),
                        reader.descriptors()[0]);
        vringCount = message.inFlightVrings();
        vringSize = message.inFlightVringSize();
    }

    private void checkVrings(VhostUserMessage message) throws RequestRefusedException {
        int count = message.inFlightVrings();
        int size = message.inFlightVringSize();
        if (count < 1 || count > queues.length || size < 1 || size > Virtqueue.SIZE_MAX) {
            throw new RequestRefusedException(count + " vrings of size " + size);
        }
    }

    /** Makes the queue of a vring that is about to run, with a log if there is room for one. */
    Virtqueue open(int index, RingLayout layout, long features) {
        long length = format.logLength(vringSize);
        // The format may have changed since the frontend has set the file.
        if (slice == null
                || index >= vringCount
                || layout.size() > vringSize
                || (index + 1) * length > slice.length()) {
            return RingFormat.open(memory, layout, features);
        }
        MemorySlice log = slice.slice(index * length, length);
        queues[index] = RingFormat.open(memory, layout, features, log, vringSize);
        return queues[index];
    }

    /** What is in flight now stays so there: the frontend may know somebody who goes on with it. */
    @Override
    public void close() {
        for (Virtqueue queue : queues) {
            if (queue != null) {
                queue.closeInFlightLog();
            }
        }
    }
}
