// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

/**
 * What QEMU does when nobody listens at a socket, or hangs up.
 *
 * @param timeoutSeconds how often it tries again; 0 when the XML does not say
 */
public record Reconnect(boolean isEnabled, int timeoutSeconds) {
    /** It gives up: a start fails, a device that runs is lost. */
    public static final Reconnect NEVER = new Reconnect(false, 0);
}
