// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import java.util.ArrayDeque;

/**
 * The disks of one server with reads that wait for buffers. They take turns, in the order in which
 * they came, so that neither a busy disk nor small reads keep others waiting. One worker.
 */
final class RoomQueue {
    /** Limit: reads of one turn. Answers of one disk that come together cost its server less. */
    private static final int TURN_MAX = 8;

    private final ArrayDeque<DiskService> disks = new ArrayDeque<>();

    /** A disk has its first read that waits. */
    void add(DiskService disk) {
        disks.addLast(disk);
    }

    /** Nothing of the disk waits any more. */
    void remove(DiskService disk) {
        disks.remove(disk);
    }

    /** Executes reads as far as there are buffers for their answers; returns how many. */
    int execute() {
        int count = 0;
        while (!disks.isEmpty() && disks.peekFirst().hasRoom()) {
            DiskService disk = disks.removeFirst();
            count += executeTurn(disk);
            if (disk.isWaiting()) {
                disks.addLast(disk);
            }
        }
        return count;
    }

    private static int executeTurn(DiskService disk) {
        int count = 0;
        while (count < TURN_MAX && disk.isWaiting() && disk.hasRoom()) {
            disk.executeFirst();
            count++;
        }
        return count;
    }
}
