// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.protocol;

/** Feature bits that frontend and server agree on between themselves; the guest never sees them. */
public final class ProtocolFeatures {
    /** Among the virtio features: there are protocol features, and rings start disabled. */
    public static final long VHOST_USER_F_PROTOCOL_FEATURES = 1L << 30;

    /** Among the virtio features, VHOST_F_LOG_ALL: what is written to guest memory is marked. */
    public static final long LOG_ALL = 1L << 26;

    public static final long MQ = 1L;
    public static final long LOG_SHMFD = 1L << 1;
    public static final long RARP = 1L << 2;
    public static final long REPLY_ACK = 1L << 3;
    public static final long MTU = 1L << 4;
    public static final long BACKEND_REQ = 1L << 5;
    public static final long CONFIG = 1L << 9;
    public static final long INFLIGHT_SHMFD = 1L << 12;
    public static final long RESET_DEVICE = 1L << 13;
    public static final long CONFIGURE_MEM_SLOTS = 1L << 15;
    public static final long STATUS = 1L << 16;

    /**
     * What a session does. A frontend uses whatever is offered: a bit without the code behind it
     * fails its guest.
     */
    public static final long OFFERED =
            MQ
                    | LOG_SHMFD
                    | REPLY_ACK
                    | BACKEND_REQ
                    | CONFIG
                    | RESET_DEVICE
                    | CONFIGURE_MEM_SLOTS
                    | STATUS;

    /** The same of a disk. */
    public static final long OFFERED_DISK = OFFERED | INFLIGHT_SHMFD;

    /** The same of a NIC. */
    public static final long OFFERED_NIC = OFFERED | RARP | MTU;

    private ProtocolFeatures() {}
}
