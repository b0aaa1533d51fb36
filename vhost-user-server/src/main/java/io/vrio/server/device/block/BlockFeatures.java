// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.io.DiskProperties;
import io.vrio.server.virtqueue.RingFeatures;

/** Feature bits of a virtio block device (virtio 1.2, 5.2.3), and which a disk is offered with. */
final class BlockFeatures {
    static final long SEG_MAX = 1L << 2;
    static final long RO = 1L << 5;
    static final long BLK_SIZE = 1L << 6;
    static final long FLUSH = 1L << 9;
    static final long TOPOLOGY = 1L << 10;
    static final long CONFIG_WCE = 1L << 11;
    static final long MQ = 1L << 12;
    static final long DISCARD = 1L << 13;
    static final long WRITE_ZEROES = 1L << 14;

    private static final long ALWAYS =
            RingFeatures.ALL | SEG_MAX | BLK_SIZE | TOPOLOGY | MQ | WRITE_ZEROES;

    private BlockFeatures() {}

    /**
     * What is offered for a disk. One that has not been reached yet may turn out to be any, and a
     * feature that is missing at first can never be added for this guest: it gets them all.
     */
    static long of(DiskProperties disk) {
        if (!isKnown(disk)) {
            return ALWAYS | FLUSH | CONFIG_WCE | DISCARD;
        }
        long features = ALWAYS;
        if (disk.hasWriteCache()) {
            features |= FLUSH | CONFIG_WCE;
        }
        if (disk.isDiscardSupported()) {
            features |= DISCARD;
        }
        if (disk.isReadOnly()) {
            features |= RO;
        }
        return features;
    }

    /** Whether the disk has been reached. */
    static boolean isKnown(DiskProperties disk) {
        return disk.capacity() > 0;
    }
}
