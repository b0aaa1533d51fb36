// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

/** Whether somebody accepts connections at a socket. */
public enum Listening {
    YES,

    /** The file is left over from a process that is gone. */
    NO,
    UNKNOWN
}
