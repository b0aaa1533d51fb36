// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.common.counter.CounterId;

/** What is counted of a NIC's users since this process started. */
public enum NicClaimCounter implements CounterId {
    CLAIMS("a server has claimed the NIC"),
    TAKEOVERS("a restarted server took the NIC from its own former life"),
    REFUSED("a frame came after its server had lost or given back the NIC");

    private final String meaning;

    NicClaimCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
