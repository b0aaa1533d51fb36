// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.counter.CounterId;

/** What a block device has done, and what it would not do. */
enum BlockCounter implements CounterId {
    READS("Requests of the guest to read that ended well."),
    READ_BYTES("Bytes that were read for the guest."),
    WRITES("Requests of the guest to write that ended well."),
    WRITE_BYTES("Bytes that were written for the guest."),
    FLUSHES("Requests of the guest to make writes durable that ended well."),
    DISCARDS("Requests of the guest to discard that ended well."),
    WRITE_ZEROES("Requests of the guest to write zeroes that ended well."),
    IDENTIFICATIONS("Requests of the guest for the serial that ended well."),
    IO_ERRORS("Requests that ended with an I/O error towards the guest."),
    UNSUPPORTED("Requests of a kind, or with a flag, that the disk does not know."),
    OUT_OF_RANGE("Requests past the end of the disk, or not of whole blocks."),
    READ_ONLY("Requests that would have changed a read-only disk."),
    NO_SPACE("Requests that failed because the file system under the disk is full."),
    SHORT_HEADER("Requests that are too short to hold a header."),
    NO_STATUS_BYTE("Chains without a writable byte for the status, given back as they were."),
    WRITE_THROUGH_FLUSHES("Flushes done by us because the guest chose write-through."),
    ABANDONED("Requests that the device stopped waiting for when their queue was stopped."),
    CALLS("Calls to the guest."),
    QUEUE_FAULTS("Queues stopped because of the guest's ring or memory.");

    private final String meaning;

    BlockCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
