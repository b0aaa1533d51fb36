// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.counter.CounterId;

/** What the server counts for one remote disk. */
public enum RemoteDiskCounter implements CounterId {
    REQUESTS("a request was submitted"),
    ERRORS("a request ended with another status than OK"),
    RESUBMITTED("a request was sent again because its association or claim had ended"),
    EXPIRED("a request ended with an error because the peer was away too long"),
    STALE_RESPONSES("an answer came to a request that had ended"),
    GUEST_MEMORY_FAULTS("guest memory had gone when an answer was to be stored in it");

    private final String meaning;

    RemoteDiskCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
