// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.hook;

import java.util.Optional;

/**
 * How it stands with a device at this moment.
 *
 * @param isAttached the IOhyp has given it to this server
 * @param refusal why not, when the IOhyp has said so
 * @param frontend process id of who is connected to its socket
 */
public record DeviceStanding(
        boolean isAttached, Optional<String> refusal, Optional<Integer> frontend) {}
