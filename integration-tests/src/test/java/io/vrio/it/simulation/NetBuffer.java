// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.server.memory.GuestRam;

/** Guest memory of one chain of a NIC's queue, and where its own table of descriptors may be. */
final class NetBuffer {
    final RequestMemory memory;
    final long tableAddress;

    /**
     * @param length bytes of the longest chain
     */
    NetBuffer(GuestRam ram, int length) {
        tableAddress = ram.allocate(GuestRing.TABLE_LENGTH, 16);
        memory = new RequestMemory(ram, length + RequestMemory.OVERHEAD);
    }

    /** Memory that one of them takes. */
    static long footprint(int length) {
        return length + RequestMemory.OVERHEAD + GuestRing.TABLE_LENGTH + 1024L;
    }
}
