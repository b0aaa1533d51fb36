// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

/** Numbers of virtio and of its block device (virtio 1.2, clauses 2.7, 5.2 and 6). */
public final class VirtioBlock {
    public static final long F_RO = 1L << 5;
    public static final long F_BLK_SIZE = 1L << 6;
    public static final long F_FLUSH = 1L << 9;
    public static final long F_TOPOLOGY = 1L << 10;
    public static final long F_CONFIG_WCE = 1L << 11;
    public static final long F_MQ = 1L << 12;
    public static final long F_DISCARD = 1L << 13;
    public static final long F_WRITE_ZEROES = 1L << 14;
    public static final long F_SEG_MAX = 1L << 2;
    public static final long F_INDIRECT_DESC = 1L << 28;
    public static final long F_EVENT_IDX = 1L << 29;
    public static final long F_PROTOCOL_FEATURES = 1L << 30;
    public static final long F_VERSION_1 = 1L << 32;

    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int FLUSH = 4;
    public static final int GET_ID = 8;
    public static final int DISCARD = 11;
    public static final int WRITE_ZEROES = 13;

    public static final int STATUS_OK = 0;
    public static final int STATUS_IO_ERROR = 1;
    public static final int STATUS_UNSUPPORTED = 2;

    public static final int SECTOR_LENGTH = 512;
    public static final int HEADER_LENGTH = 16;
    public static final int ID_LENGTH = 20;
    public static final int DISCARD_LENGTH = 16;

    public static final int DESCRIPTOR_LENGTH = 16;
    public static final int DESCRIPTOR_NEXT = 1;
    public static final int DESCRIPTOR_WRITE = 2;
    public static final int DESCRIPTOR_INDIRECT = 4;

    private VirtioBlock() {}
}
