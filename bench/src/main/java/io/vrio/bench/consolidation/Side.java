// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.consolidation;

/** Who serves the hosts' disks. */
enum Side {
    LOCAL("four local", "a vrio local on each host, with one worker"),
    SHARED("shared", "a vrio server on each host -> one vrio iohyp");

    private final String title;
    private final String description;

    Side(String title, String description) {
        this.title = title;
        this.description = description;
    }

    String title() {
        return title;
    }

    String description() {
        return description;
    }
}
