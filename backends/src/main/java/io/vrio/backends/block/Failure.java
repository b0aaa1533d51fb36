// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.common.io.IoStatus;
import io.vrio.common.sys.Linux;

/** Turns the errno of a request's system call into its status: the one place. */
final class Failure {
    private Failure() {}

    static IoStatus status(int errno) {
        return switch (errno) {
            case Linux.ENOSPC, Linux.EDQUOT -> IoStatus.NO_SPACE;
            case Linux.EROFS -> IoStatus.READ_ONLY;
            case Linux.EOPNOTSUPP -> IoStatus.UNSUPPORTED;
            // EFAULT: the guest's memory is gone. EIO and others: the medium.
            default -> IoStatus.IO_ERROR;
        };
    }
}
