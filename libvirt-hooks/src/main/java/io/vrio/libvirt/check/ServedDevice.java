// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import io.vrio.libvirt.domain.DeviceKind;
import java.util.OptionalLong;

/**
 * A device that the server of this machine serves.
 *
 * @param socket absolute path
 * @param state attached, waiting or refused
 * @param reason why it is refused
 * @param mac of a NIC at the IOhyp; empty for none
 * @param queuesMax queues of a disk, pairs of a NIC
 * @param frontend process that uses it
 */
public record ServedDevice(
        DeviceKind kind,
        String name,
        String socket,
        State state,
        String reason,
        String mac,
        int queuesMax,
        OptionalLong frontend) {
    /** How it stands with the IOhyp. */
    public enum State {
        ATTACHED,
        WAITING,
        REFUSED
    }
}
