// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

/**
 * The most memory that a daemon was seen to hold.
 *
 * @param peakKib VmHWM, the kernel's own maximum, guest memory included
 * @param ownKib anonymous and file pages: what it costs beside the guest's memory
 * @param sharedKib pages of the guest's memory that it has touched, or of a file in /dev/shm
 */
record DaemonMemory(
        double lossPercent,
        String alternative,
        String role,
        long peakKib,
        long ownKib,
        long anonKib,
        long sharedKib) {
    static DaemonMemory of(
            double lossPercent, String alternative, String role, ProcessUsage usage) {
        return new DaemonMemory(
                lossPercent,
                alternative,
                role,
                usage.peakKib(),
                usage.anonKib() + usage.fileKib(),
                usage.anonKib(),
                usage.sharedKib());
    }

    DaemonMemory max(DaemonMemory other) {
        return new DaemonMemory(
                lossPercent,
                alternative,
                role,
                Math.max(peakKib, other.peakKib),
                Math.max(ownKib, other.ownKib),
                Math.max(anonKib, other.anonKib),
                Math.max(sharedKib, other.sharedKib));
    }
}
