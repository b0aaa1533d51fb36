// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.hook;

/** What libvirt asked for cannot be. The message is one line; virsh shows it to its user. */
public final class HookException extends Exception {
    private static final long serialVersionUID = 1L;

    public HookException(String message) {
        super(message);
    }

    public HookException(String message, Throwable cause) {
        super(message, cause);
    }
}
