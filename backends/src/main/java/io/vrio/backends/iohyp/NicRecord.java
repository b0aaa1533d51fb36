// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.net.NicSpec;
import java.time.Instant;

/**
 * What is kept of a NIC over restarts.
 *
 * @param name see {@link DeviceName}
 * @param isLinkUp what the operator wants
 */
record NicRecord(String name, NicSpec spec, boolean isLinkUp, Instant created) {
    NicRecord withLink(boolean isUp) {
        return new NicRecord(name, spec, isUp, created);
    }
}
