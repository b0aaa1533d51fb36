// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.clock.NanoClock;
import java.util.SplittableRandom;

/** What everything about NICs in a run shares. */
record NetWays(NanoClock clock, FrameLedger ledger, SplittableRandom random) {
    SplittableRandom split() {
        return random.split();
    }
}
