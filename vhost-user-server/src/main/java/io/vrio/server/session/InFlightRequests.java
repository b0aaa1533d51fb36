// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.Linux;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.protocol.VhostUserMessage;
import io.vrio.server.virtqueue.InFlightLog;
import io.vrio.server.virtqueue.SplitVirtqueue;

/**
 * The memory in which a frontend keeps what is in flight, so that requests survive us: made by us
 * when it first asks, given back to us, or to whoever comes after us, with each connection. Worker.
 */
final class InFlightRequests implements AutoCloseable {
    private final GuestMemory memory;
    private final MessageReader reader;
    private final InFlightLog[] logs;
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
        logs = new InFlightLog[vringCountMax];
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
        if (result < 0) {
            Linux.close(fd);
            throw new RequestRefusedException("ftruncate: " + Linux.describe(-result));
        }
        return fd;
    }

    /** Bytes for the vrings of a message that {@link #createFile} has taken. */
    static long length(VhostUserMessage message) {
        return message.inFlightVrings() * InFlightLog.length(message.inFlightVringSize());
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
        if (count < 1 || count > logs.length || size < 1 || size > SplitVirtqueue.SIZE_MAX) {
            throw new RequestRefusedException(count + " vrings of size " + size);
        }
    }

    /** The log of a vring that is about to run. */
    InFlightLog log(int index, int size) {
        if (slice == null || index >= vringCount || size > vringSize) {
            return InFlightLog.none();
        }
        long length = InFlightLog.length(vringSize);
        logs[index] = new InFlightLog(slice.slice(index * length, length), vringSize);
        return logs[index];
    }

    /** What is in flight now stays so there: the frontend may know somebody who goes on with it. */
    @Override
    public void close() {
        for (InFlightLog log : logs) {
            if (log != null) {
                log.close();
            }
        }
    }
}
