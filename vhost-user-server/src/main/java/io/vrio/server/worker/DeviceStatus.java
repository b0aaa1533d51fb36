// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.server.session.SessionStatus;
import java.util.Map;
import java.util.Optional;

/**
 * One device at one time, for the operator.
 *
 * @param socket the path it listens at, or which descriptor it was given
 * @param frontend who uses it now
 * @param faults of this program that it has met; anything but 0 is worth a report to its authors
 * @param counters of the device, by name
 */
public record DeviceStatus(
        String name,
        String socket,
        Optional<SessionStatus> frontend,
        int faults,
        Map<String, Long> counters) {}
