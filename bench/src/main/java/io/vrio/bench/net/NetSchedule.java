// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import java.util.List;

/**
 * For each row: so many rounds, in each of which the reference and then vRIO run for so long.
 *
 * @param seconds length of a run
 */
record NetSchedule(List<NetRow> rows, int rounds, int seconds) {
    private static final int WARM_UP_S = 2;
    private static final int GUEST_RUN_EXTRA_S = 2;
    private static final int OVS_AND_VRIO_EXTRA_S = 11;
    private static final int START_S = 30;

    List<NetAlternative> alternatives(NetRow row) {
        return List.of(row.reference(), NetAlternative.VRIO);
    }

    List<NetRow> guestRows() {
        return rows.stream().filter(row -> !row.isPackets()).toList();
    }

    List<NetRow> packetRows() {
        return rows.stream().filter(NetRow::isPackets).toList();
    }

    /** Before the rounds of a row, per alternative. */
    int warmUpSeconds() {
        return WARM_UP_S;
    }

    int expectedSeconds() {
        int guest = 2 * (rounds * (seconds + GUEST_RUN_EXTRA_S) + WARM_UP_S + GUEST_RUN_EXTRA_S);
        int packets = rounds * (2 * seconds + OVS_AND_VRIO_EXTRA_S);
        return START_S + guestRows().size() * guest + packetRows().size() * packets;
    }
}
