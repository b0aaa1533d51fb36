// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

/**
 * What kind of guest {@link BlockGuest} is.
 *
 * @param queueCount request queues, at most what the backend has
 * @param queueSize entries of each ring, a power of two
 * @param slotCount requests that may be in flight in each queue
 * @param dataMax bytes of the largest request, a multiple of 4096
 * @param memoryLength bytes of guest memory
 * @param features virtio features the guest accepts when offered
 * @param protocolFeatures vhost-user protocol features the VMM accepts when offered
 */
public record GuestOptions(
        int queueCount,
        int queueSize,
        int slotCount,
        int dataMax,
        long memoryLength,
        long features,
        long protocolFeatures) {
    /** A Linux guest's driver under QEMU: one queue of 256 entries. */
    public static final GuestOptions DEFAULT =
            new GuestOptions(
                    1,
                    256,
                    32,
                    4096,
                    64L << 20,
                    VirtioBlock.F_VERSION_1
                            | VirtioBlock.F_PROTOCOL_FEATURES
                            | VirtioBlock.F_INDIRECT_DESC
                            | VirtioBlock.F_EVENT_IDX
                            | VirtioBlock.F_SEG_MAX
                            | VirtioBlock.F_BLK_SIZE
                            | VirtioBlock.F_TOPOLOGY
                            | VirtioBlock.F_FLUSH
                            | VirtioBlock.F_DISCARD
                            | VirtioBlock.F_WRITE_ZEROES
                            | VirtioBlock.F_CONFIG_WCE
                            | VirtioBlock.F_RO
                            | VirtioBlock.F_MQ,
                    VhostUserProtocol.MQ
                            | VhostUserProtocol.REPLY_ACK
                            | VhostUserProtocol.BACKEND_REQ
                            | VhostUserProtocol.CONFIG
                            | VhostUserProtocol.INFLIGHT_SHMFD
                            | VhostUserProtocol.CONFIGURE_MEM_SLOTS);

    public GuestOptions withQueues(int count, int size) {
        return new GuestOptions(
                count, size, slotCount, dataMax, memoryLength, features, protocolFeatures);
    }

    public GuestOptions withSlots(int count, int newDataMax) {
        return new GuestOptions(
                queueCount, queueSize, count, newDataMax, memoryLength, features, protocolFeatures);
    }

    public GuestOptions withMemory(long length) {
        return new GuestOptions(
                queueCount, queueSize, slotCount, dataMax, length, features, protocolFeatures);
    }

    public GuestOptions withoutFeatures(long refused) {
        return new GuestOptions(
                queueCount,
                queueSize,
                slotCount,
                dataMax,
                memoryLength,
                features & ~refused,
                protocolFeatures);
    }

    public GuestOptions withoutProtocolFeatures(long refused) {
        return new GuestOptions(
                queueCount,
                queueSize,
                slotCount,
                dataMax,
                memoryLength,
                features,
                protocolFeatures & ~refused);
    }
}
