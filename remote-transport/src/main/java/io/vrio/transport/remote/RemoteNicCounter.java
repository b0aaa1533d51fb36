// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.counter.CounterId;

/** What one end of a NIC counts beside what it drops. */
public enum RemoteNicCounter implements CounterId {
    FRAMES_SENT("frames taken to be sent to the peer"),
    BYTES_SENT("bytes of these frames"),
    SENDS_HELD_BACK("offers of frames that had to wait for room"),
    FRAMES_RECEIVED("frames that the peer has sent and that have come"),
    GUEST_MEMORY_FAULTS("memory of a guest had vanished while it was given frames");

    private final String meaning;

    RemoteNicCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
