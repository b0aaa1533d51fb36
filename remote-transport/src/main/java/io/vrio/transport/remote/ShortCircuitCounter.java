// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.counter.CounterId;

/** What a card does without the wire. */
public enum ShortCircuitCounter implements CounterId {
    SHORT_CIRCUIT_FRAMES("frames from the guest that a guest of the same VM host has got"),
    SHORT_CIRCUIT_BYTES("bytes of these frames");

    private final String meaning;

    ShortCircuitCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
