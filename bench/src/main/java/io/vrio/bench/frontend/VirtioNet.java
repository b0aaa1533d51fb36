// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

/** Numbers of virtio's network device (virtio 1.2, clause 5.1). */
final class VirtioNet {
    /** Of what stands before each frame, as VIRTIO_F_VERSION_1 has it. */
    static final int HEADER_LENGTH = 12;

    static final int RECEIVE_QUEUE = 0;
    static final int TRANSMIT_QUEUE = 1;
    static final int QUEUES = 2;

    private VirtioNet() {}
}
