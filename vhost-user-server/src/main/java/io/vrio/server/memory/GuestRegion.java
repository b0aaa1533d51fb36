// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.memory;

/**
 * One row of a memory table as the frontend describes it: where {@code size} bytes of guest memory
 * are in each address space and in the file that comes with the row. Not checked yet.
 *
 * @param guestAddress first byte in guest-physical memory
 * @param size bytes
 * @param frontendAddress first byte in the frontend's own address space
 * @param mmapOffset first byte in the file
 */
public record GuestRegion(long guestAddress, long size, long frontendAddress, long mmapOffset) {
    /** Whether both rows mean the same memory; the offset is 0 in requests to remove a region. */
    public boolean isSameMemory(GuestRegion other) {
        return guestAddress == other.guestAddress
                && size == other.size
                && frontendAddress == other.frontendAddress;
    }

    @Override
    public String toString() {
        return String.format(
                "guestAddress=0x%x size=0x%x frontendAddress=0x%x mmapOffset=0x%x",
                guestAddress, size, frontendAddress, mmapOffset);
    }
}
