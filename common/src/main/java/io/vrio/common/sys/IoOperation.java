// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

/** What an {@link IoQueue} does with a range of a file. */
public enum IoOperation {
    /** As pread(2): an address and a length. */
    READ(22),
    /** As preadv(2): the address of iovecs and their number. */
    READV(1),
    WRITE(23),
    WRITEV(2);

    private final byte code;

    IoOperation(int code) {
        this.code = (byte) code;
    }

    /** The IORING_OP_ of linux/io_uring.h. */
    byte code() {
        return code;
    }
}
