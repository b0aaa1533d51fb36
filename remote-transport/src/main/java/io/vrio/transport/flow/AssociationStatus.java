// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import io.vrio.transport.secure.KeyStatus;
import java.util.Map;
import java.util.Optional;

/**
 * An association in numbers, as of one moment.
 *
 * @param openedNs clock time at which it began
 * @param lastHeardNs clock time at which the peer was last heard
 * @param security protocol of the key exchange, "none" without keys
 */
public record AssociationStatus(
        long openedNs,
        long lastHeardNs,
        RttStatus rtt,
        WindowStatus windows,
        CongestionStatus congestion,
        String security,
        Optional<KeyStatus> keys,
        Map<String, Long> counters) {}
